using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>What a route's policy asks for, rule by rule, in the order in which <see cref="RoutePolicy.Decide"/> asks.</summary>
internal static class PolicyExplainer
{
    /// <param name="token">Null when the token could not be read so far.</param>
    public static IEnumerable<ExplainedCheck> Explain(RoutePolicy policy, AccessToken? token)
    {
        var path = $"Gateway:Policies:{policy.Name}";
        if (!policy.Issuers.IsEmpty)
        {
            yield return Check(
                CheckName.PolicyIssuer, $"issuer {Shown.List(policy.Issuers)}", token, token?.Issuer.Name, policy.AcceptsIssuerOf, RejectionReason.ClaimMismatch,
                $"Send a token of such an issuer, or add this one to {path}:Issuers.");
        }

        if (!policy.AllScopes.IsEmpty || !policy.AnyScopes.IsEmpty)
        {
            var expected = string.Join("; ", new[] { Describe("all of", policy.AllScopes), Describe("any of", policy.AnyScopes) }.OfType<string>());
            yield return Check(
                CheckName.PolicyScopes, expected, token, token is null ? null : Shown.List(token.Scopes), has => policy.HasAllScopes(has) && policy.HasAnyScope(has),
                RejectionReason.InsufficientScope, "Have the client ask for these scopes, and the issuer grant them to it; they travel in `scope` or `scp`.");
        }

        for (var i = 0; i < policy.Claims.Length; i++)
        {
            var rule = policy.Claims[i];
            var values = token is null ? null : rule.ValuesIn(token);
            yield return Check(
                $"policy claim {Shown.Text(rule.Path)}", Shown.Text(rule.Expectation), token, values is null ? null : values.Count == 0 ? "absent" : string.Join("; ", values.Select(Shown.Value)),
                rule.IsSatisfiedBy, RejectionReason.ClaimMismatch, $"Have the issuer give the caller a token with such a claim, or change {path}:Claims:{i}.");
        }
    }

    private static ExplainedCheck Check(
        string name, string expected, AccessToken? token, string? found, Func<AccessToken, bool> isSatisfied, RejectionReason reason, string cure) =>
        token is null ? new ExplainedCheck(name, CheckOutcome.NotChecked, expected, "the token could not be read so far")
        : isSatisfied(token) ? new ExplainedCheck(name, CheckOutcome.Passed, expected, Shown.Text(found))
        : new ExplainedCheck(name, CheckOutcome.Failed, expected, Shown.Text(found), cure, reason);

    private static string? Describe(string what, IReadOnlyCollection<string> scopes) => scopes.Count == 0 ? null : $"{what} {Shown.List(scopes)}";
}
