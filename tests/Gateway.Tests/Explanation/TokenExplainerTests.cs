using System.Collections.Immutable;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Explanation;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tests.Policies;
using Gateway.Tests.Tokens;
using Gateway.Tokens;

namespace Gateway.Tests.Explanation;

/// <summary>
/// What an explanation says. That its verdict is the validator's is asserted by <see cref="Shop"/> for every token that any test makes.
/// </summary>
public sealed class TokenExplainerTests
{
    private readonly Shop _shop = new();

    [Fact]
    public void Good_token_passes_every_check_in_the_order_of_the_request_path()
    {
        var explanation = _shop.Explain(_shop.Token().Build());

        explanation.Verdict.ShouldBe(Verdict.Accepted);
        explanation.Summary.ShouldBe("Accepted.");
        explanation.Checks.ShouldAllBe(check => check.Outcome == CheckOutcome.Passed && check.Cure == null);
        explanation.Checks.Select(check => check.Check).ShouldBe(
        [
            "form", "header", "payload", "algorithm", "issuer", "issuer's algorithms", "type", "claims", "times", "audience",
            "required claims", "key", "signature",
            "identity", "revocation", "binding",
        ]);
    }

    [Fact]
    public void Checks_go_on_after_the_first_that_fails_and_that_one_decides()
    {
        var explanation = _shop.Explain(_shop.Token().With("aud", "other").With("iat", 1_000).With("exp", 2_000).Build());

        explanation.Reason.ShouldBe(RejectionReason.Expired);
        explanation.Checks.Where(check => check.Outcome == CheckOutcome.Failed)
            .Select(check => check.Check)
            .ShouldBe(["times", "audience"]);
        explanation.Checks.Single(check => check.Check == "signature").Outcome.ShouldBe(CheckOutcome.Passed);
    }

    [Theory]
    [InlineData(
        "iss", "\"https://idp.example.com/realms/shop/\"", "issuer",
        "It differs from issuer \"shop\" only in upper and lower case, the scheme, or a slash at the end.")]
    [InlineData("aud", "\"account\"", "audience", "\"shop-api\" (the resource or audience parameter, or an audience mapper)")]
    [InlineData("at_hash", "\"x\"", "type", "This is an ID token: the client must send the access token instead.")]
    [InlineData("cnf", "{}", "claims", "The token is bound in a way that the gateway cannot check")]
    [InlineData("nbf", "\"soon\"", "claims", "Correct these at the issuer")]
    [InlineData("exp", "1", "times", "Have the client get a new token.")]
    public void Wrong_claim_is_named_with_its_cure(string claim, string json, string check, string cure)
    {
        var token = _shop.Token().Without(claim);
        var text = token.WithClaimsJson($"{token.Claims.ToJsonString()[..^1]},\"{claim}\":{json}}}").Build();

        var failed = _shop.Explain(text).Checks.First(each => each.Outcome == CheckOutcome.Failed);

        failed.Check.ShouldBe(check);
        failed.Cure.ShouldNotBeNull().ShouldContain(cure);
    }

    [Theory]
    [InlineData("", "Hand in the token.")]
    [InlineData("abc", "opaque")]
    [InlineData("a.b.c.d.e", "encryption")]
    [InlineData("Bearer abc", "what stands behind \"Bearer \"")]
    [InlineData("YQ.\nYQ.YQ", "broken into lines")]
    [InlineData("YQ==.YQ.YQ", "no =")]
    [InlineData("YQ.YQ.", "unsigned tokens are never accepted")]
    public void Text_that_is_no_token_is_told_what_it_is(string text, string words)
    {
        var form = _shop.Explain(text).Checks[0];

        form.Outcome.ShouldBe(CheckOutcome.Failed);
        $"{form.Found} {form.Cure}".ShouldContain(words);
    }

    [Fact]
    public void Unknown_key_is_told_with_the_keys_there_are()
    {
        var key = _shop.Explain(_shop.Token().WithHeader("kid", "gone").Build()).Checks.Single(check => check.Check == "key");

        key.Found.ShouldStartWith("kid gone among the keys rsa-1 (RS256/RS384/RS512/PS256/PS384/PS512), ec-256 (ES256)");
        key.Cure.ShouldNotBeNull().ShouldContain("POST /admin/issuers/shop/refresh");
    }

    [Fact]
    public void Neither_the_signature_nor_an_unseen_control_character_is_ever_shown()
    {
        var token = _shop.TokenSignedBy(TestKeys.OtherRsa).With("aud", "a\u001b[31m\r\nFAKE").With("secret", "canary-91c2").Build();
        var explanation = _shop.Explain(token);
        var json = JsonSerializer.Serialize(ExplanationDocument.Of(explanation), ExplanationJson.Default.ExplanationDocument);
        var text = global::Gateway.Commands.ExplanationText.Of(explanation);

        foreach (var shown in new[] { json, text })
        {
            shown.ShouldNotContain(token.Split('.')[2]);
            shown.ShouldNotContain(token.Split('.')[1]);
            shown.ShouldNotContain("canary-91c2");
            shown.ShouldNotContain('\u001b');
        }

        text.Split('\n').ShouldNotContain(line => line.StartsWith("FAKE", StringComparison.Ordinal));
    }

    [Fact]
    public void Policy_that_only_reports_lets_through_and_says_so()
    {
        var policy = new RoutePolicy { Name = "trial", AllScopes = ["orders:write"], Mode = PolicyMode.Report };

        var explanation = _shop.Explain(_shop.Token().Build(), policy);

        explanation.Verdict.ShouldBe(Verdict.Reported);
        explanation.Summary.ShouldStartWith("Allowed, because policy \"trial\" only reports; recorded as insufficient_scope");
        ExplanationDocument.Of(explanation).Status.ShouldBeNull();
    }

    [Fact]
    public void Combined_policies_decide_as_the_policy_does()
    {
        var leaf =
            from issuers in Gen.Elements<ImmutableArray<string>>([], ["shop"], ["other"])
            from all in Gen.SubListOf("read", "write")
            from stepUp in Gen.Elements(null, new StepUp(["mfa"], null), new StepUp([], TimeSpan.FromMinutes(5)))
            from sender in Gen.Elements(SenderConstraint.IfBound, SenderConstraint.Required)
            select new RoutePolicy { Name = "leaf", Issuers = issuers, AllScopes = [.. all], StepUp = stepUp, SenderConstraint = sender };
        Gen<RoutePolicy> Combine(Gen<RoutePolicy> part) =>
            from isAny in Gen.Elements(true, false)
            from count in Gen.Choose(1, 3)
            from parts in part.ArrayOf(count)
            from sender in Gen.Elements(SenderConstraint.IfBound, SenderConstraint.IfBound, SenderConstraint.Required)
            select new RoutePolicy { Name = "combined", Combination = new Combination(isAny, [.. parts]), SenderConstraint = sender };
        var now = _shop.Clock.UnixSeconds;
        var cases =
            from policy in Combine(Gen.OneOf(leaf, Combine(leaf)))
            from has in Gen.SubListOf("read", "write")
            from acr in Gen.Elements("mfa", "pwd")
            from age in Gen.Elements(0, 100, 1_000)
            from binding in Gen.Elements(null, new TokenBinding([1], null))
            select (
                Policy: policy,
                Token: TestToken.Of($$"""{"acr":"{{acr}}","auth_time":{{now - age}}}""", scopes: [.. has], binding: binding));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(cases.ToArbitrary(), each =>
            PolicyExplainer.Explain(each.Policy, each.Token, _shop.Clock).FirstOrDefault(
                check => check.Outcome == CheckOutcome.Failed)?.Reason
                == each.Policy.Decide(each.Token, new PolicyRequest(null, _shop.Clock)).Rejected));
    }

    [Fact]
    public void Policies_of_several_tokens_decide_as_the_policy_does()
    {
        var leaf =
            from source in Gen.Elements(null, "w")
            from issuers in Gen.Elements<ImmutableArray<string>>([], ["shop"], ["other"])
            from all in Gen.SubListOf("read", "write")
            from sender in Gen.Elements(SenderConstraint.IfBound, SenderConstraint.Required)
            select new RoutePolicy { Name = "leaf", TokenSource = source, Issuers = issuers, AllScopes = [.. all], SenderConstraint = sender };
        Gen<RoutePolicy> Combine(Gen<RoutePolicy> part) =>
            from isAny in Gen.Elements(true, false)
            from count in Gen.Choose(1, 3)
            from parts in part.ArrayOf(count)
            select new RoutePolicy { Name = "combined", Combination = new Combination(isAny, [.. parts]) };
        var token =
            from rejected in Gen.Elements<RejectionReason?>(
                null, null, null, RejectionReason.Missing, RejectionReason.Expired, RejectionReason.KeysUnavailable)
            from has in Gen.SubListOf("read", "write")
            from binding in Gen.Elements(null, new TokenBinding([1], null))
            select (
                Token: rejected == RejectionReason.Missing ? null : TestToken.Of("{}", scopes: [.. has], binding: binding),
                Rejected: rejected);
        var cases =
            from policy in Gen.OneOf(leaf, Combine(Gen.OneOf(leaf, Combine(leaf))))
            from unnamed in token
            from named in token
            select (
                Policy: policy,
                Tokens: new ExplainedTokens(
                    [new ExplainedToken(null, unnamed.Token, unnamed.Rejected), new ExplainedToken("w", named.Token, named.Rejected)]));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(cases.ToArbitrary(), each =>
            PolicyExplainer.Explain(each.Policy, each.Tokens, null).FirstOrDefault(check => check.Outcome == CheckOutcome.Failed)?.Reason
                == each.Policy.Decide(each.Tokens.OfPolicy, default, []).Rejected));
    }

    [Fact]
    public void Rule_on_the_path_is_not_checked_without_a_request_and_the_summary_says_so()
    {
        ClaimPath.TryParse("tenant", out var tenant).ShouldBeTrue();
        var policy = new RoutePolicy { Name = "tenants", Claims = [new RouteValueRule(tenant, "tenant")] };
        var either =
            new RoutePolicy { Name = "either", Combination = new Combination(true, [policy, new RoutePolicy { Name = "none", AllScopes = ["none"] }]) };

        var explanation = _shop.Explain(_shop.Token().With("tenant", "acme").Build(), policy);
        explanation.Verdict.ShouldBe(Verdict.Accepted);
        explanation.Summary.ShouldBe("Accepted. The policy also compares the path of each request.");
        _shop.Explain(_shop.Token().With("tenant", "acme").Build(), either).Summary.ShouldBe(
            "Accepted. The policy also compares the path of each request.");

        _shop.Explain(_shop.Token().Build(), policy).Reason.ShouldBe(RejectionReason.ClaimMismatch);
        _shop.Explain(_shop.Token().Build(), either).Reason.ShouldBe(RejectionReason.InsufficientScope);
    }

    [Fact]
    public void Policy_rules_decide_as_the_policy_does()
    {
        ClaimPath.TryParse("roles", out var roles).ShouldBeTrue();
        ClaimPath.TryParse("tenant", out var tenant).ShouldBeTrue();
        ClaimRule[] rules = [
            new AnyOfRule(roles, ["ops"]), new NoneOfRule(roles, ["guest"]), new ExistsRule(tenant, true), new EqualsRule(tenant, "a"),
            new MatchesRule(tenant, LinearPattern.Compile("[a-c]"))];
        var cases =
            from issuers in Gen.Elements<ImmutableArray<string>>([], ["shop"], ["other"])
            from all in Gen.SubListOf("read", "write")
            from any in Gen.SubListOf("read", "admin")
            from asked in Gen.SubListOf(rules)
            from has in Gen.SubListOf("read", "write", "admin")
            from claims in Gen.Elements(
                "{}", """{"roles":["ops"]}""", """{"roles":"ops guest","tenant":"a"}""", """{"tenant":"b"}""",
                """{"roles":{"x":1},"tenant":null}""")
            select (
                Policy: new RoutePolicy { Name = "p", Issuers = issuers, AllScopes = [.. all], AnyScopes = [.. any], Claims = [.. asked] },
                Token: TestToken.Of(claims, scopes: [.. has]));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(cases.ToArbitrary(), each =>
            PolicyExplainer.Explain(each.Policy, each.Token).FirstOrDefault(
                check => check.Outcome == CheckOutcome.Failed)?.Reason == each.Policy.Decide(each.Token).Rejected));
    }
}
