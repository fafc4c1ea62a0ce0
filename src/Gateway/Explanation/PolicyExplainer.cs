using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>What a route's policy asks for, rule by rule, in the order in which <see cref="RoutePolicy"/> asks.</summary>
internal static class PolicyExplainer
{
    /// <summary>The checks of a policy that reads one token. Sources with names have an overload of their own.</summary>
    /// <param name="time">Null when no rule compares a time with now.</param>
    /// <param name="token">A token of the sources without a name. Null when it could not be read so far.</param>
    public static IEnumerable<ExplainedCheck> Explain(RoutePolicy policy, AccessToken? token, TimeProvider? time = null) =>
        Explain(policy, new ExplainedTokens(token), time);

    /// <summary>The checks of a policy on the tokens of several sources.</summary>
    public static IEnumerable<ExplainedCheck> Explain(RoutePolicy policy, ExplainedTokens tokens, TimeProvider? time)
    {
        if (policy.Combination is { } combination)
        {
            var parts = CombinationExplainer.Explain(policy.Name, combination, tokens, time);
            // With this constraint all parts read one source.
            return policy.SenderConstraint == SenderConstraint.Required
                ? parts.Prepend(BindingText.OfRequired(tokens.Of(combination.TokenSources[0]), policy))
                : parts;
        }

        var rules = ExplainRules(policy, tokens.Of(policy.TokenSource), new PolicyRequest(null, time));
        // A missing or rejected token decides before its rules: the rules would only repeat that there is nothing to read.
        return tokens.CheckOf(policy.TokenSource) is not { } check
            ? rules
            : check.Outcome == CheckOutcome.Failed
            ? [check]
            : rules.Prepend(check);
    }

    /// <summary>
    /// One row for each rule of the policy itself. All rows are written, also after a failure; the first failure decides.
    /// </summary>
    private static IEnumerable<ExplainedCheck> ExplainRules(RoutePolicy policy, AccessToken? token, PolicyRequest request)
    {
        var path = $"Gateway:Policies:{policy.Name}";
        if (!policy.Issuers.IsEmpty)
        {
            yield return Check(
                CheckName.PolicyIssuer, $"issuer {Shown.List(policy.Issuers)}", token, token?.Issuer.Name, policy.AcceptsIssuerOf,
                RejectionReason.ClaimMismatch,
                $"Send a token of such an issuer, or add this one to {path}:Issuers.");
        }

        if (policy.SenderConstraint == SenderConstraint.Required)
        {
            yield return BindingText.OfRequired(token, policy);
        }

        if (!policy.AllScopes.IsEmpty || !policy.AnyScopes.IsEmpty)
        {
            var expected =
                string.Join("; ", new[] { Describe("all of", policy.AllScopes), Describe("any of", policy.AnyScopes) }.OfType<string>());
            yield return Check(
                CheckName.PolicyScopes, expected, token, token is null ? null : Shown.List(token.Scopes),
                has => policy.HasAllScopes(has) && policy.HasAnyScope(has),
                RejectionReason.InsufficientScope,
                "Have the client ask for these scopes, and the issuer grant them to it; they travel in `scope` or `scp`.");
        }

        for (var i = 0; i < policy.Claims.Length; i++)
        {
            var rule = policy.Claims[i];
            var values = token is null ? null : rule.ValuesIn(token);
            var name = $"policy claim {Shown.Text(rule.Path)}";
            var found = values is null ? null : values.Count == 0 ? "absent" : string.Join("; ", values.Select(Shown.Value));
            // A rule that compares with the path needs a request. Without a value in the token it fails for every path, so that is decided
            // here.
            yield return rule is RouteValueRule && values is { Count: > 0 }
                ? new ExplainedCheck(
                    name, CheckOutcome.NotChecked, Shown.Text(rule.Expectation),
                    $"{Shown.Text(found)}; compared with the path of each request")
                : Check(
                    name, Shown.Text(rule.Expectation), token, found, has => rule.IsSatisfiedBy(has, request),
                    RejectionReason.ClaimMismatch,
                    $"Have the issuer give the caller a token with such a claim, or change {path}:Claims:{i}.");
        }

        if (policy.StepUp is { } stepUp)
        {
            yield return Check(
                CheckName.PolicyStepUp, Describe(stepUp), token,
                token is null ? null : $"acr {Shown.Claim(token.Claims, "acr")}, auth_time {Shown.Claim(token.Claims, "auth_time")}",
                has => stepUp.IsSatisfiedBy(has, request), RejectionReason.InsufficientAuthentication,
                "Have the client send the user to the issuer again, with the `acr_values` and `max_age` of the challenge (RFC 9470), " +
                    "and the issuer put `acr` and `auth_time` into its access tokens.");
        }
    }

    /// <summary>A rule that can be decided without a request. It calls the policy's own methods, so that both decide alike.</summary>
    private static ExplainedCheck Check(
        string name, string expected, AccessToken? token, string? found, Func<AccessToken, bool> isSatisfied, RejectionReason reason,
        string cure) =>
        token is null ? ExplainedCheck.OfUnreadToken(name, expected)
        : isSatisfied(token) ? new ExplainedCheck(name, CheckOutcome.Passed, expected, Shown.Text(found))
        : new ExplainedCheck(name, CheckOutcome.Failed, expected, Shown.Text(found), cure, reason);

    private static string? Describe(string what, IReadOnlyCollection<string> scopes) =>
        scopes.Count == 0 ? null : $"{what} {Shown.List(scopes)}";

    private static string Describe(StepUp stepUp) => string.Join("; ", new[]
    {
        stepUp.Acr.IsEmpty ? null : $"`acr` is one of {Shown.List(stepUp.Acr)}",
        stepUp.MaxAge is { } age ? $"`auth_time` at most {Shown.Duration(age.TotalSeconds)} ago, and not in the future" : null,
    }.OfType<string>());
}
