using Gateway.Jose;
using Gateway.Policies;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Policies;

/// <summary>RFC 9470: <c>acr</c> and <c>auth_time</c> of a token against what a policy asks for.</summary>
public sealed class StepUpTests
{
    private const long Now = 1_800_000_000;

    private static readonly FakeTimeProvider Clock = new(DateTimeOffset.FromUnixTimeSeconds(Now));

    [Theory]
    [InlineData("""{"acr":"mfa"}""", true)]
    [InlineData("""{"acr":"phr"}""", true)]
    [InlineData("""{"acr":"MFA"}""", false)]
    [InlineData("""{"acr":"mfa phr"}""", false)]
    [InlineData("""{"acr":["mfa"]}""", false)]
    [InlineData("""{"acr":""}""", false)]
    [InlineData("""{"acr":null}""", false)]
    [InlineData("""{"acr":1}""", false)]
    [InlineData("""{"acr":{"mfa":true}}""", false)]
    [InlineData("{}", false)]
    [InlineData("""{"amr":["mfa"]}""", false)]
    public void Acr_is_one_text_of_the_list(string claims, bool accepted) =>
        Decide(new StepUp(["mfa", "phr"], null), claims).ShouldBe(accepted);

    // The issuer of these tokens has no clock skew.
    [Theory]
    [InlineData("1800000000", true)]
    [InlineData("1799999100", true)]
    [InlineData("1799999100.5", true)]
    [InlineData("1799999099", false)]
    [InlineData("1799999099.9", false)]
    [InlineData("1800000001", false)]
    [InlineData("1800000000000", false)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("1e300", false)]
    [InlineData("1e400", false)]
    [InlineData("\"1800000000\"", false)]
    [InlineData("null", false)]
    [InlineData("[1800000000]", false)]
    [InlineData("true", false)]
    public void Login_is_at_most_as_old_as_the_policy_says_and_never_in_the_future(string time, bool accepted)
    {
        Decide(new StepUp([], TimeSpan.FromMinutes(15)), $$"""{"auth_time":{{time}}}""").ShouldBe(accepted);
    }

    [Fact]
    public void Token_that_does_not_say_when_the_user_logged_in_is_insufficient()
    {
        Decide(new StepUp([], TimeSpan.FromDays(366)), "{}").ShouldBeFalse();
        Decide(new StepUp(["mfa"], TimeSpan.FromDays(366)), """{"acr":"mfa"}""").ShouldBeFalse();
        Decide(new StepUp(["mfa"], TimeSpan.FromDays(366)), """{"auth_time":1799999999}""").ShouldBeFalse();
        Decide(new StepUp(["mfa"], TimeSpan.FromDays(366)), """{"acr":"mfa","auth_time":1799999999}""").ShouldBeTrue();
    }

    [Fact]
    public void Without_a_clock_no_login_is_recent()
    {
        var policy = new RoutePolicy { Name = "p", StepUp = new StepUp([], TimeSpan.FromDays(366)) };

        policy.Decide(TestToken.Of("""{"auth_time":1800000000}""")).Rejected.ShouldBe(RejectionReason.InsufficientAuthentication);
    }

    [Fact]
    public void Challenge_has_the_values_of_the_policy()
    {
        new StepUp(["a", "b"], TimeSpan.FromMinutes(15)).Challenge.ShouldBe("acr_values=\"a b\", max_age=\"900\"");
        new StepUp(["a"], null).Challenge.ShouldBe("acr_values=\"a\"");
        new StepUp([], TimeSpan.FromSeconds(1)).Challenge.ShouldBe("max_age=\"1\"");
    }

    [Fact]
    public void Scopes_and_claims_are_asked_for_before_a_new_login()
    {
        var policy = new RoutePolicy { Name = "p", AllScopes = ["a"], StepUp = new StepUp(["mfa"], null) };

        policy.Decide(TestToken.Of("{}")).Rejected.ShouldBe(RejectionReason.InsufficientScope);
        policy.Decide(TestToken.Of("{}", scopes: ["a"])).ShouldBe(
            new PolicyDecision(RejectionReason.InsufficientAuthentication, StepUp: policy.StepUp));
    }

    private static bool Decide(StepUp stepUp, string claims) =>
        new RoutePolicy { Name = "p", StepUp = stepUp }.Decide(TestToken.Of(claims), new PolicyRequest(null, Clock)).Rejected is null;
}
