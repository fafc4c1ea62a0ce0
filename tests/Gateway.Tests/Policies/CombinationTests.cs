using FsCheck;
using FsCheck.Fluent;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Tests.Policies;

/// <summary>Policies of policies, and which of their parts gives the reason.</summary>
public sealed class CombinationTests
{
    private static readonly RoutePolicy Read = new() { Name = "read", AllScopes = ["read"] };
    private static readonly RoutePolicy Write = new() { Name = "write", AllScopes = ["write"] };
    private static readonly RoutePolicy Staff = new() { Name = "staff", Issuers = ["corp"] };
    private static readonly RoutePolicy Strong = new() { Name = "strong", StepUp = new StepUp(["mfa"], null) };

    [Theory]
    [InlineData("", RejectionReason.InsufficientScope, "read")]
    [InlineData("read", null, null)]
    [InlineData("write", null, null)]
    [InlineData("read write", null, null)]
    public void Any_asks_for_one_part_and_names_the_scope_of_the_first(string scopes, object? rejected, string? asked)
    {
        var decision = Any(Read, Write).Decide(TestToken.Of("{}", scopes: Words(scopes)));

        decision.Rejected.ShouldBe((RejectionReason?)rejected);
        decision.RequiredScope.ShouldBe(asked);
    }

    [Theory]
    [InlineData("", RejectionReason.InsufficientScope, "read write")]
    [InlineData("read", RejectionReason.InsufficientScope, "read write")]
    [InlineData("write", RejectionReason.InsufficientScope, "read write")]
    [InlineData("read write", null, null)]
    public void All_asks_for_every_part_and_names_the_scopes_of_all(string scopes, object? rejected, string? asked)
    {
        var decision = All(Read, Write).Decide(TestToken.Of("{}", scopes: Words(scopes)));

        decision.Rejected.ShouldBe((RejectionReason?)rejected);
        decision.RequiredScope.ShouldBe(asked);
    }

    [Fact]
    public void Any_names_the_part_that_the_client_can_still_satisfy()
    {
        var token = TestToken.Of("{}");

        Any(Staff, Read).Decide(token).ShouldBe(new PolicyDecision(RejectionReason.InsufficientScope, "read"));
        Any(Read, Staff).Decide(token).ShouldBe(new PolicyDecision(RejectionReason.InsufficientScope, "read"));
        Any(Staff, Strong, Read)
            .Decide(token)
            .ShouldBe(new PolicyDecision(RejectionReason.InsufficientAuthentication, StepUp: Strong.StepUp));
        Any(Staff, Staff with { Name = "other" }).Decide(token).ShouldBe(new PolicyDecision(RejectionReason.ClaimMismatch));
    }

    [Fact]
    public void Combinations_nest()
    {
        var policy = All(Any(Staff, Read), Strong);

        policy.Decide(TestToken.Of("""{"acr":"mfa"}""", scopes: ["read"])).Rejected.ShouldBeNull();
        policy.Decide(TestToken.Of("""{"acr":"mfa"}""", "corp")).Rejected.ShouldBeNull();
        policy.Decide(TestToken.Of("""{"acr":"pwd"}""", "corp")).Rejected.ShouldBe(RejectionReason.InsufficientAuthentication);
        policy.Decide(TestToken.Of("""{"acr":"mfa"}""")).Rejected.ShouldBe(RejectionReason.InsufficientScope);
    }

    /// <summary>A client that follows the challenge must not lose by its next token what the last one had.</summary>
    [Fact]
    public void Token_with_exactly_the_scopes_of_the_challenge_passes()
    {
        var random = new Random(17);
        for (var i = 0; i < 2000; i++)
        {
            var policy = Tree(random, depth: 3);
            var has = Scopes(random);

            if (policy.Decide(TestToken.Of("{}", scopes: has)).RequiredScope is { } asked)
            {
                policy.Decide(TestToken.Of("{}", scopes: Words(asked))).Rejected.ShouldBeNull(
                    $"{policy} asked for {asked} when the token had {string.Join(' ', has)}");
            }
            else
            {
                policy.Decide(TestToken.Of("{}", scopes: has)).Rejected.ShouldBeNull();
            }
        }
    }

    [Fact]
    public void Mode_of_a_part_does_not_count()
    {
        var reporting = Read with { Mode = PolicyMode.Report, OnRevocationUnavailable = UnavailableBehavior.Allow, ForwardToken = true };

        Any(reporting).Decide(TestToken.Of("{}")).Rejected.ShouldBe(RejectionReason.InsufficientScope);
        Any(reporting).ShouldSatisfyAllConditions(
            policy => policy.Mode.ShouldBe(PolicyMode.Enforce),
            policy => policy.ForwardToken.ShouldBeFalse(),
            policy => policy.OnRevocationUnavailable.ShouldBe(UnavailableBehavior.Reject));
    }

    [Fact]
    public void Combination_depends_on_the_request_when_a_part_does()
    {
        Any(Read, Strong).DependsOnRequest.ShouldBeFalse();
        Any(Read, All(Strong with { StepUp = new StepUp([], TimeSpan.FromMinutes(1)) })).DependsOnRequest.ShouldBeTrue();
    }

    [Fact]
    public void Asked_scopes_are_those_of_all_parts_and_of_none_of_several_alternatives()
    {
        All(Read, Write, Staff).AskedScopes.ShouldBe(["read", "write"]);
        Any(Read, Write).AskedScopes.ShouldBeEmpty();
        Any(Read).AskedScopes.ShouldBe(["read"]);
    }

    [Fact]
    public void Constraint_of_a_part_counts_as_its_rules_do_and_that_of_the_combination_too()
    {
        var bound = Read with { SenderConstraint = SenderConstraint.Required };
        var bearer = TestToken.Of("{}", scopes: ["read"]);
        var proven = TestToken.Of("{}", scopes: ["read"], binding: new TokenBinding([1], null));

        Any(bound, Read).Decide(bearer).Rejected.ShouldBeNull();
        All(bound, Read).Decide(bearer).Rejected.ShouldBe(RejectionReason.ProofMissing);
        All(bound, Read).Decide(proven).Rejected.ShouldBeNull();
        (Any(Read) with { SenderConstraint = SenderConstraint.Required }).Decide(bearer).Rejected.ShouldBe(RejectionReason.ProofMissing);

        Any(bound, Read).RequiresBinding.ShouldBeFalse();
        Any(bound, All(bound, Read)).RequiresBinding.ShouldBeTrue();
        All(bound, Read).RequiresBinding.ShouldBeTrue();
        (Any(Read) with { SenderConstraint = SenderConstraint.Required }).RequiresBinding.ShouldBeTrue();
    }

    [Fact]
    public void Policy_of_a_named_source_is_never_satisfied_by_a_token_of_another()
    {
        var workload = new RoutePolicy { Name = "workload", TokenSource = "workload" };
        var token = TestToken.Of("{}", scopes: ["read"]);

        workload.Decide(token).Rejected.ShouldBe(RejectionReason.Missing);
        All(Read, workload).Decide(token).Rejected.ShouldBe(RejectionReason.Missing);
        Any(workload, Read).Decide(token).Rejected.ShouldBeNull();
        Read.Decide(
            new PolicyTokens([new SourceToken("workload", token, default)]), default, []).Rejected.ShouldBe(RejectionReason.Missing);
    }

    [Theory]
    [InlineData(RejectionReason.Missing, RejectionReason.Missing, RejectionReason.Missing)]
    [InlineData(RejectionReason.Missing, RejectionReason.Expired, RejectionReason.Expired)]
    [InlineData(RejectionReason.Revoked, RejectionReason.Expired, RejectionReason.Revoked)]
    [InlineData(RejectionReason.Missing, null, RejectionReason.InsufficientScope)]
    [InlineData(null, RejectionReason.Missing, RejectionReason.InsufficientScope)]
    [InlineData(RejectionReason.Expired, RejectionReason.KeysUnavailable, RejectionReason.KeysUnavailable)]
    [InlineData(null, RejectionReason.RevocationUnavailable, RejectionReason.RevocationUnavailable)]
    public void Any_gives_the_most_specific_reason_of_several_tokens(object? unnamed, object? named, object expected)
    {
        var policy = Any(Read, Read with { Name = "other", TokenSource = "w" });

        policy.Decide(
            new PolicyTokens([Found(null, unnamed), Found("w", named)]), default, []).Rejected.ShouldBe((RejectionReason)expected);

        static SourceToken Found(string? source, object? reason) =>
            reason is null ? new SourceToken(source, TestToken.Of("{}"), default) : new SourceToken(source, null, (RejectionReason)reason);
    }

    [Fact]
    public void Permission_rests_on_the_first_alternative_that_holds_and_on_every_part_of_all()
    {
        var leaf =
            from name in Gen.Elements("a", "b", "c", "d", "e", "f")
            from source in Gen.Elements(null, "x", "y")
            select new RoutePolicy { Name = name, TokenSource = source, AllScopes = [name] };
        Gen<RoutePolicy> Combine(Gen<RoutePolicy> part) =>
            from isAny in Gen.Elements(true, false)
            from count in Gen.Choose(1, 3)
            from parts in part.ArrayOf(count)
            select new RoutePolicy { Name = "combined", Combination = new Combination(isAny, [.. parts]) };
        var token = from scopes in Gen.SubListOf("a", "b", "c", "d", "e", "f") select TestToken.Of("{}", scopes: [.. scopes]);
        var cases =
            from policy in Combine(Gen.OneOf(leaf, Combine(Gen.OneOf(leaf, Combine(leaf)))))
            from tokens in Gen.OneOf(token, Gen.Constant<AccessToken>(null!)).ArrayOf(3)
            select (Policy: policy, Tokens: tokens);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(cases.ToArbitrary(), each =>
        {
            string?[] sources = [null, "x", "y"];
            var holding = new List<RoutePolicy>();
            var all = new PolicyTokens([.. each.Tokens.Select((token, i) => new SourceToken(sources[i], token, RejectionReason.Missing))]);
            var decision = each.Policy.Decide(all, default, holding);
            var expected = Holding(each.Policy, source => each.Tokens[Array.IndexOf(sources, source)]);
            return (decision.Rejected is null) == (expected is not null) && holding.SequenceEqual(expected ?? []);
        }));

        static IEnumerable<RoutePolicy>? Holding(RoutePolicy policy, Func<string?, AccessToken?> tokenOf)
        {
            if (policy.Combination is not { } combination)
            {
                return tokenOf(policy.TokenSource)?.Scopes.Contains(policy.Name) == true ? [policy] : null;
            }

            var parts = combination.Parts.Select(part => Holding(part, tokenOf)).ToArray();
            return combination.IsAny ? parts.FirstOrDefault(part => part is not null)
                : parts.All(part => part is not null) ? parts.SelectMany(part => part!)
                : null;
        }
    }

    [Fact]
    public void Identity_comes_from_the_first_policy_that_says_so_then_from_the_unnamed_sources_then_from_the_first()
    {
        var (user, job, partner) = (Read, Read with { Name = "job", TokenSource = "w" }, Read with { Name = "partner", TokenSource = "p" });
        var (callingJob, callingPartner) = (job with { GivesIdentity = true }, partner with { GivesIdentity = true });

        First(job, user, partner).ShouldBe("read");
        First(job, partner).ShouldBe("job");
        First(user, callingPartner, callingJob).ShouldBe("partner");
        First(user, job, callingJob).ShouldBe("job");

        static string First(params RoutePolicy[] holding) => IdentityChoice.Order(holding).First().Name;
    }

    [Fact]
    public void Asked_scopes_are_those_of_the_unnamed_sources()
    {
        All(Read, Write with { TokenSource = "workload" }).AskedScopes.ShouldBe(["read"]);
    }

    [Fact]
    public void Challenge_names_the_scopes_of_the_rejected_token_alone()
    {
        var policy =
            All(Read, Write with { TokenSource = "w" }, new RoutePolicy { Name = "more", TokenSource = "w", AllScopes = ["more"] });
        var tokens = new PolicyTokens(
            [new SourceToken(null, TestToken.Of("{}", scopes: ["read"]), default), new SourceToken("w", TestToken.Of("{}"), default)]);

        policy.Decide(tokens, default, []).RequiredScope.ShouldBe("write more");
    }

    private static RoutePolicy Tree(Random random, int depth) => depth == 0 || random.Next(3) == 0
        ? new RoutePolicy { Name = "leaf", AllScopes = [.. Scopes(random)], AnyScopes = [.. Scopes(random)] }
        : new RoutePolicy
        {
            Name = "tree",
            Combination =
                new Combination(random.Next(2) == 0, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Tree(random, depth - 1))]),
        };

    private static string[] Scopes(Random random) => [.. Words("a b c d e").Where(_ => random.Next(3) == 0)];

    private static RoutePolicy Any(params RoutePolicy[] parts) => new() { Name = "any", Combination = new Combination(true, [.. parts]) };

    private static RoutePolicy All(params RoutePolicy[] parts) => new() { Name = "all", Combination = new Combination(false, [.. parts]) };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
