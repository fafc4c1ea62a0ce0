using System.Text.Json;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Tests.Policies;

/// <summary>The scopes that a challenge names, of policies that are nested in each other.</summary>
public sealed class NestedChallengeTests
{
    private static readonly string?[] Sources = [null, "x", "y"];
    private static readonly string[] AllScopes = ["a", "b", "c"];

    [Fact]
    public void Rejection_evaluates_each_policy_at_most_twice_however_deeply_they_are_nested()
    {
        const int levels = 12;
        var rule = new CountingRule();
        var policy = new RoutePolicy { Name = "write", AllScopes = ["write"] };
        for (var i = 0; i < levels; i++)
        {
            var counted = new RoutePolicy { Name = $"counted-{i}", AllScopes = [$"scope-{i}"], Claims = [rule] };
            policy = Combined(isAny: false, counted, Combined(isAny: true, policy));
        }

        var token = TestToken.Of("{}", scopes: [.. Enumerable.Range(0, levels).Select(i => $"scope-{i}")]);

        policy.Decide(token).RequiredScope.ShouldBe(
            string.Join(' ', Enumerable.Range(0, levels).Reverse().Select(i => $"scope-{i}").Append("write")));

        rule.Looks.ShouldBe(2 * levels);
    }

    /// <summary>The definition below is simple and slow: it evaluates a policy many times.</summary>
    [Fact]
    public void Challenge_agrees_with_the_definition()
    {
        var random = new Random(17);
        for (var i = 0; i < 5_000; i++)
        {
            var policy = Tree(random, depth: 4);
            var tokens = new PolicyTokens([.. Sources.Select(source => TokenOf(random, source))]);

            var decision = policy.Decide(tokens, default, []);

            var (rejected, by) = Deciding(policy, tokens);
            decision.Rejected.ShouldBe(rejected);
            (rejected is null ? null : decision.By).ShouldBe(by);
            decision.RequiredScope.ShouldBe(
                rejected == RejectionReason.InsufficientScope ? string.Join(' ', Asked(policy, tokens, by!.TokenSource).Distinct()) : null);
        }
    }

    private static (RejectionReason? Rejected, RoutePolicy? By) Deciding(RoutePolicy policy, PolicyTokens tokens)
    {
        if (policy.Combination is not { } combination)
        {
            var rejected = policy.Decide(tokens, default, []).Rejected;
            return (rejected, rejected is null ? null : policy);
        }

        if (policy.SenderConstraint == SenderConstraint.Required && tokens.Of(policy.TokenSources[0], out _) is { Binding: null })
        {
            return (RejectionReason.ProofMissing, policy.Leaves.First());
        }

        return combination.IsAny
            ? Deciding(Chosen(combination, tokens), tokens)
            : combination.Parts.Select(part => Deciding(part, tokens)).FirstOrDefault(part => part.Rejected is not null);
    }

    private static IEnumerable<string> Asked(RoutePolicy policy, PolicyTokens tokens, string? source) => policy.Combination switch
    {
        { IsAny: true } any => Asked(Chosen(any, tokens), tokens, source),
        { } all => all.Parts.SelectMany(part => Asked(part, tokens, source)),
        null => policy.TokenSource != source || tokens.Of(source, out _) is not { } token
            ? []
            : policy.AllScopes.Concat(policy.HasAnyScope(token) ? policy.AnyScopes.Where(token.Scopes.Contains) : policy.AnyScopes),
    };

    /// <summary>The first alternative that allows, else the first with the most informative reason.</summary>
    private static RoutePolicy Chosen(Combination any, PolicyTokens tokens) =>
        any.Parts.MaxBy(part => Deciding(part, tokens).Rejected switch
        {
            null => 4,
            RejectionReason.KeysUnavailable => 3,
            RejectionReason.Missing => 0,
            RejectionReason.ClaimMismatch => 1,
            _ => 2,
        })!;

    private static RoutePolicy Tree(Random random, int depth)
    {
        if (depth > 0 && random.Next(4) > 0)
        {
            var combined = Combined(random.Next(2) == 0, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Tree(random, depth - 1))]);
            return random.Next(10) == 0 ? combined with { SenderConstraint = SenderConstraint.Required } : combined;
        }

        return new RoutePolicy
        {
            Name = $"leaf-{random.Next()}",
            TokenSource = Sources[random.Next(Sources.Length)],
            AllScopes = [.. Scopes(random)],
            AnyScopes = [.. Scopes(random)],
            Issuers = random.Next(8) == 0 ? ["corp"] : [],
            StepUp = random.Next(8) == 0 ? new StepUp(["mfa"], null) : null,
        };
    }

    private static SourceToken TokenOf(Random random, string? source) => random.Next(8) switch
    {
        0 => new SourceToken(source, null, RejectionReason.Missing),
        1 => new SourceToken(source, null, RejectionReason.Expired),
        2 => new SourceToken(source, null, RejectionReason.KeysUnavailable),
        _ => new SourceToken(source, TestToken.Of("{}", scopes: Scopes(random)), default),
    };

    private static string[] Scopes(Random random) => [.. AllScopes.Where(_ => random.Next(3) == 0)];

    private static RoutePolicy Combined(bool isAny, params RoutePolicy[] parts) =>
        new() { Name = "combined", Combination = new Combination(isAny, [.. parts]) };

    private static ClaimPath Any => ClaimPath.TryParse("sub", out var path) ? path : throw new InvalidOperationException();

    private sealed class CountingRule() : ClaimRule(Any)
    {
        public int Looks { get; private set; }

        public override string Expectation => "anything";

        public override bool IsSatisfiedBy(AccessToken token, in PolicyRequest request)
        {
            Looks++;
            return true;
        }

        protected override bool IsSatisfiedBy(List<JsonElement> values) => true;
    }
}
