using System.Collections.Immutable;
using Gateway.Issuers.Introspection;
using Gateway.Jose;
using Gateway.Policies;

namespace Gateway.Explanation;

/// <summary>A token to explain.</summary>
/// <param name="Source">The token source that requests carry it in; null for those without a name.</param>
/// <param name="Answer">What the issuer says about an opaque token; null when it was not asked.</param>
internal sealed record GivenToken(string? Source, string Text, IntrospectionAnswer? Answer = null);

/// <summary>Explains the tokens of one request together: the checks of each, then the policy, then from which the identity comes.</summary>
internal sealed class SourcesExplainer(TokenExplainer explainer, TimeProvider time)
{
    /// <summary>What is wrong with the choice of tokens; null for nothing.</summary>
    /// <param name="prefix">How a person names the token of a source.</param>
    public static string? FaultOf(RoutePolicy policy, IEnumerable<GivenToken> given, string prefix) =>
        policy.IsAnonymous
            || given.FirstOrDefault(token => !policy.TokenSources.Contains(token.Source, StringComparer.OrdinalIgnoreCase)) is not { } other
            ? null
            : other.Source is null
            ? $"token: policy {Shown.Text(policy.Name)} reads no token source without a name. Give the token as " +
                $"{prefix}{policy.TokenSources[0]}."
        : $"{prefix}{Shown.Text(other.Source)}: policy {Shown.Text(policy.Name)} does not read this token source. It reads " +
            $"{string.Join(", ", policy.TokenSources.Select(PolicyTokens.NameOf))}.";

    /// <summary>
    /// The whole explanation. <see cref="FaultOf"/> must have found no fault. A policy that reads only the sources without a name takes the
    /// shorter way for one token.
    /// </summary>
    public TokenExplanation Explain(IReadOnlyCollection<GivenToken> given, string? route, RoutePolicy policy, RevocationAnswers revocations)
    {
        if (policy.IsAnonymous || policy.TokenSources.All(source => source is null))
        {
            return explainer.Explain(given.First().Text, route, policy, revocations, given.First().Answer);
        }

        var checks = new List<ExplainedCheck>();
        var tokens = ImmutableArray.CreateBuilder<ExplainedToken>();
        foreach (var source in policy.TokenSources)
        {
            tokens.Add(
                Walk(
                    given.FirstOrDefault(token => string.Equals(token.Source, source, StringComparison.OrdinalIgnoreCase)), source, policy,
                    revocations, checks));
        }

        var all = new ExplainedTokens(tokens.ToImmutable());
        var decided = PolicyExplainer.Explain(policy, all, time).ToList();
        var rejected = decided.Find(check => check.Outcome == CheckOutcome.Failed);
        if (rejected is null)
        {
            decided.AddRange(ExplainCaller(policy, all));
            rejected = decided.Find(check => check.Outcome == CheckOutcome.Failed);
        }

        var asked = all.OfPolicy;
        return TokenExplainer.Conclude(route, policy, [.. checks, .. decided], rejected) with
        {
            HasCaller = IdentityChoice.Candidates(policy).Any(leaf => asked.Of(leaf.TokenSource, out _) is not null),
        };
    }

    /// <summary>
    /// What is decided on the tokens together once the policy holds. The same token in two sources must not count as two: a policy that
    /// reads two sources asks for two tokens.
    /// </summary>
    private IEnumerable<ExplainedCheck> ExplainCaller(RoutePolicy policy, ExplainedTokens tokens)
    {
        const string different = "a different token in each source";
        const string caller = "the token that identity headers, rate limits and logs take the caller from";
        var (given, holding) = (tokens.OfPolicy, new List<RoutePolicy>());
        if (policy.Decide(given, new PolicyRequest(null, time), holding).Rejected is not null)
        {
            yield return new ExplainedCheck(
                CheckName.Caller, CheckOutcome.NotChecked, caller, "the policy also looks at what an explanation does not have");
            yield break;
        }

        if (given.HaveOneTwice(holding.Select(leaf => leaf.TokenSource)))
        {
            yield return new ExplainedCheck(
                CheckName.DifferentTokens, CheckOutcome.Failed, different, "one token twice",
                "Have the client send the token that each source is for.", RejectionReason.MultipleTokens);
        }

        yield return new ExplainedCheck(
            CheckName.Caller, CheckOutcome.Passed, caller,
            $"that of {PolicyTokens.NameOf(IdentityChoice.Order(holding).First().TokenSource)}");
    }

    /// <summary>The own checks of the token of one source, each marked with the source.</summary>
    /// <param name="given">Null when the source has no token.</param>
    private ExplainedToken Walk(
        GivenToken? given, string? source, RoutePolicy policy, RevocationAnswers revocations, List<ExplainedCheck> checks)
    {
        if (given is null)
        {
            return new ExplainedToken(source, null, RejectionReason.Missing);
        }

        var own = new List<ExplainedCheck>();
        var token = explainer.Walk(given.Text, policy, revocations, given.Answer, own);
        checks.AddRange(own.Select(check => check with { Source = source }));
        return new ExplainedToken(source, token, own.Find(check => check.Outcome == CheckOutcome.Failed)?.Reason);
    }
}
