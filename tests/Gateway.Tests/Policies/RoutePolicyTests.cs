using Gateway.Jose;
using Gateway.Policies;

namespace Gateway.Tests.Policies;

public sealed class RoutePolicyTests
{
    [Fact]
    public void Authenticated_accepts_any_valid_token()
    {
        RoutePolicy.Authenticated.Decide(TestToken.Of("{}")).Rejected.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "", "", null, null)]
    [InlineData("a", "", "a", null, null)]
    [InlineData("a b", "", "b a c", null, null)]
    [InlineData("a b", "", "a", RejectionReason.InsufficientScope, "a b")]
    [InlineData("a b", "", "", RejectionReason.InsufficientScope, "a b")]
    [InlineData("a", "", "A", RejectionReason.InsufficientScope, "a")]
    [InlineData("a", "", "ab", RejectionReason.InsufficientScope, "a")]
    [InlineData("", "x y", "y", null, null)]
    [InlineData("", "x y", "z", RejectionReason.InsufficientScope, "x y")]
    [InlineData("a", "x y", "a x", null, null)]
    [InlineData("a", "x y", "x", RejectionReason.InsufficientScope, "a x")]
    [InlineData("a", "x y", "a", RejectionReason.InsufficientScope, "a x y")]
    [InlineData("a", "x a", "", RejectionReason.InsufficientScope, "a x")]
    public void Scopes_decide_and_those_to_ask_for_are_named(string all, string any, string has, object? rejected, string? asked)
    {
        var policy = new RoutePolicy { Name = "p", AllScopes = [.. Words(all)], AnyScopes = [.. Words(any)] };

        var decision = policy.Decide(TestToken.Of("{}", scopes: Words(has)));

        decision.Rejected.ShouldBe((RejectionReason?)rejected);
        decision.RequiredScope.ShouldBe(asked);
    }

    [Theory]
    [InlineData("shop", true)]
    [InlineData("partner", false)]
    public void Only_tokens_of_the_named_issuers_are_accepted(string issuer, bool accepted)
    {
        var policy = new RoutePolicy { Name = "p", Issuers = ["shop"], AllScopes = ["a"] };

        var decision = policy.Decide(TestToken.Of("{}", issuer, scopes: ["a"]));

        decision.Rejected.ShouldBe(accepted ? null : RejectionReason.ClaimMismatch);
        decision.RequiredScope.ShouldBeNull();
    }

    [Fact]
    public void Wrong_issuer_is_told_nothing_about_scopes()
    {
        var policy = new RoutePolicy { Name = "p", Issuers = ["shop"], AllScopes = ["a"] };

        policy.Decide(TestToken.Of("{}", "partner")).ShouldBe(new PolicyDecision(RejectionReason.ClaimMismatch));
    }

    [Theory]
    [InlineData("""{"a":1,"b":1}""", null)]
    [InlineData("""{"a":1}""", RejectionReason.ClaimMismatch)]
    [InlineData("""{"b":1}""", RejectionReason.ClaimMismatch)]
    public void Every_claim_rule_must_hold(string claims, object? rejected)
    {
        ClaimPath.TryParse("a", out var a).ShouldBeTrue();
        ClaimPath.TryParse("b", out var b).ShouldBeTrue();
        var policy = new RoutePolicy { Name = "p", Claims = [new ExistsRule(a, true), new ExistsRule(b, true)] };

        policy.Decide(TestToken.Of(claims)).Rejected.ShouldBe((RejectionReason?)rejected);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
