using Gateway.Policies;

namespace Gateway.Tests.Policies;

/// <summary><c>EqualsRouteValue</c>: a claim and a segment of the path.</summary>
public sealed class RouteValueRuleTests
{
    [Theory]
    [InlineData("\"acme\"", "acme", true)]
    [InlineData("\"acme\"", "ACME", false)]
    [InlineData("\"acme\"", "acme ", false)]
    [InlineData("\"acme\"", "", false)]
    [InlineData("\"\"", "", false)]
    [InlineData("\"acme\"", null, false)]
    [InlineData("null", null, false)]
    [InlineData("null", "null", false)]
    [InlineData("\"b\u00fccher\"", "b\u00fccher", true)]
    [InlineData("\"b\u00fccher\"", "bu\u0308cher", false)]
    [InlineData("42", "42", true)]
    [InlineData("42", "42.0", false)]
    [InlineData("42", "042", false)]
    [InlineData("true", "true", false)]
    [InlineData("[\"acme\"]", "acme", false)]
    [InlineData("\"acme beta\"", "acme", false)]
    [InlineData("{\"acme\":1}", "acme", false)]
    // What a destination could read as another segment.
    [InlineData("\"a%2Fb\"", "a%2Fb", false)]
    [InlineData("\"a/b\"", "a/b", false)]
    [InlineData("\"a\\\\b\"", "a\\b", false)]
    [InlineData("\"acme;x\"", "acme;x", false)]
    [InlineData("\"100%\"", "100%", false)]
    public void Claim_is_exactly_the_value_of_the_path(string claim, string? value, bool satisfied)
    {
        ClaimPath.TryParse("tenant", out var path).ShouldBeTrue();
        var rule = new RouteValueRule(path, "tenant");
        var token = TestToken.Of($$"""{"tenant":{{claim}}}""");

        rule.IsSatisfiedBy(
            token, new PolicyRequest(new Dictionary<string, object?> { ["tenant"] = value, ["other"] = "acme" }, null)).ShouldBe(satisfied);
        rule.IsSatisfiedBy(token, new PolicyRequest(new Dictionary<string, object?> { ["other"] = value }, null)).ShouldBeFalse();
        rule.IsSatisfiedBy(token, default).ShouldBeFalse();
        rule.NeedsClaim.ShouldBeTrue();
    }

    [Fact]
    public void Token_without_the_claim_satisfies_no_value()
    {
        ClaimPath.TryParse("tenant", out var path).ShouldBeTrue();

        new RouteValueRule(path, "tenant")
            .IsSatisfiedBy(TestToken.Of("{}"), new PolicyRequest(new Dictionary<string, object?> { ["tenant"] = "acme" }, null))
            .ShouldBeFalse();
    }
}
