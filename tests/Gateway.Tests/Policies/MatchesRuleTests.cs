using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Policies;

namespace Gateway.Tests.Policies;

public sealed class MatchesRuleTests
{
    [Theory]
    [InlineData("[a-z]{2,5}", "\"acme\"", true)]
    [InlineData("[a-z]{2,5}", "\"acme1\"", false)]
    [InlineData("[a-z]{2,5}", "\"1acme\"", false)]
    [InlineData("[a-z]{2,5}", "\"acme\\n\"", false)]
    [InlineData("^[a-z]+$", "\"acme\"", true)]
    [InlineData("^[a-z]+$", "\"acme\\n\"", false)]
    [InlineData("a|b", "\"ax\"", false)]
    [InlineData("a|b", "\"xb\"", false)]
    [InlineData("a|b", "\"b\"", true)]
    [InlineData("(?i)acme", "\"ACME\"", true)]
    [InlineData("(?m)^acme$", "\"acme\\nother\"", false)]
    [InlineData("acme", "\"ACME\"", false)]
    [InlineData(".*", "\"\"", true)]
    [InlineData("3", "3", false)]
    [InlineData("true", "true", false)]
    [InlineData("acme", "[\"x\",\"acme\"]", true)]
    [InlineData("acme", "[7,\"acme\"]", true)]
    [InlineData("acme", "[{},\"acme\"]", false)]
    [InlineData("x acme", "\"x acme\"", true)]
    [InlineData("acme", "\"x acme\"", false)]
    [InlineData(".*", "null", false)]
    public void Pattern_covers_a_string_from_its_first_character_to_its_last(string pattern, string claim, bool holds)
    {
        Rule(pattern).IsSatisfiedBy(TestToken.Of($$"""{"tenant":{{claim}}}"""), default).ShouldBe(holds);
    }

    [Theory]
    [InlineData("a)|(b")]
    [InlineData("(")]
    [InlineData("[a")]
    [InlineData("a{2,1}")]
    [InlineData("(?#")]
    [InlineData("a\\")]
    [InlineData("(?x)a #")]
    public void Pattern_that_could_step_out_of_its_anchors_is_rejected(string pattern)
    {
        Should.Throw<ArgumentException>(() => LinearPattern.Compile(pattern));
    }

    [Theory]
    [InlineData("(?=a)a")]
    [InlineData("(?<!a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("(?>a+)b")]
    public void Pattern_that_could_take_more_than_linear_time_is_rejected(string pattern)
    {
        Should.Throw<NotSupportedException>(() => LinearPattern.Compile(pattern));
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*a){20}")]
    [InlineData("([a-z]+)*!")]
    public void Pattern_that_explodes_elsewhere_answers_no_in_time(string pattern)
    {
        var claim = JsonSerializer.Serialize(new string('a', 10_000) + "?");
        var token = TestToken.Of($$"""{"tenant":{{claim}}}""");
        var rule = Rule(pattern);
        rule.IsSatisfiedBy(token, default);
        var start = TimeProvider.System.GetTimestamp();

        rule.IsSatisfiedBy(token, default).ShouldBeFalse();

        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("b", true)]
    [InlineData("c", false)]
    public void Slow_pattern_is_decided_by_the_claim_and_not_by_the_clock(string end, bool holds)
    {
        var claim = JsonSerializer.Serialize(new string('a', 9_000) + end);
        var rule = Rule(".*a.{500}b");

        rule.IsSatisfiedBy(TestToken.Of($$"""{"tenant":{{claim}}}"""), default).ShouldBe(holds);
    }

    [Fact]
    public void Pattern_is_linear_by_construction_and_has_no_match_timeout()
    {
        var pattern = LinearPattern.Compile("[a-z]+");

        pattern.Options.HasFlag(RegexOptions.NonBacktracking).ShouldBeTrue();
        pattern.MatchTimeout.ShouldBe(Regex.InfiniteMatchTimeout);
    }

    private static MatchesRule Rule(string pattern)
    {
        ClaimPath.TryParse("tenant", out var path).ShouldBeTrue();
        return new MatchesRule(path, LinearPattern.Compile(pattern));
    }
}
