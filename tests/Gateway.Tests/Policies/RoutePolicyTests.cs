using Gateway.Jose;
using Gateway.Policies;

namespace Gateway.Tests.Policies;

public sealed class RoutePolicyTests
{
    [Fact]
    public void Authenticated_accepts_any_valid_token()
    {
        RoutePolicy.Authenticated.Decide(TestToken.Of("{}")).Refused.ShouldBeNull();
    }

    [Theory]
    [InlineData("", "", "", null, null)]
    [InlineData("a", "", "a", null, null)]
    [InlineData("a b", "", "b a c", null, null)]
    [InlineData("a b", "", "a", RefusalReason.InsufficientScope, "b")]
    [InlineData("a b", "", "", RefusalReason.InsufficientScope, "a b")]
    [InlineData("a", "", "A", RefusalReason.InsufficientScope, "a")]
    [InlineData("a", "", "ab", RefusalReason.InsufficientScope, "a")]
    [InlineData("", "x y", "y", null, null)]
    [InlineData("", "x y", "z", RefusalReason.InsufficientScope, "x y")]
    [InlineData("a", "x y", "a x", null, null)]
    [InlineData("a", "x y", "x", RefusalReason.InsufficientScope, "a")]
    [InlineData("a", "x y", "a", RefusalReason.InsufficientScope, "x y")]
    [InlineData("a", "x a", "", RefusalReason.InsufficientScope, "a x")]
    public void Scopes_decide_and_the_missing_ones_are_named(string all, string any, string has, object? refused, string? missing)
    {
        var policy = new RoutePolicy { Name = "p", AllScopes = [.. Words(all)], AnyScopes = [.. Words(any)] };

        var decision = policy.Decide(TestToken.Of("{}", scopes: Words(has)));

        decision.Refused.ShouldBe((RefusalReason?)refused);
        decision.RequiredScope.ShouldBe(missing);
    }

    [Theory]
    [InlineData("shop", true)]
    [InlineData("partner", false)]
    public void Only_tokens_of_the_named_issuers_are_accepted(string issuer, bool accepted)
    {
        var policy = new RoutePolicy { Name = "p", Issuers = ["shop"], AllScopes = ["a"] };

        var decision = policy.Decide(TestToken.Of("{}", issuer, scopes: ["a"]));

        decision.Refused.ShouldBe(accepted ? null : RefusalReason.ClaimMismatch);
        decision.RequiredScope.ShouldBeNull();
    }

    [Fact]
    public void Wrong_issuer_is_told_nothing_about_scopes()
    {
        var policy = new RoutePolicy { Name = "p", Issuers = ["shop"], AllScopes = ["a"] };

        policy.Decide(TestToken.Of("{}", "partner")).ShouldBe(new PolicyDecision(RefusalReason.ClaimMismatch));
    }

    [Theory]
    [InlineData("""{"a":1,"b":1}""", null)]
    [InlineData("""{"a":1}""", RefusalReason.ClaimMismatch)]
    [InlineData("""{"b":1}""", RefusalReason.ClaimMismatch)]
    public void Every_claim_rule_must_hold(string claims, object? refused)
    {
        ClaimPath.TryParse("a", out var a).ShouldBeTrue();
        ClaimPath.TryParse("b", out var b).ShouldBeTrue();
        var policy = new RoutePolicy { Name = "p", Claims = [new ExistsRule(a, true), new ExistsRule(b, true)] };

        policy.Decide(TestToken.Of(claims)).Refused.ShouldBe((RefusalReason?)refused);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
