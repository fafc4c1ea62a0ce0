using Gateway.Jose;
using Gateway.RouteFeatures.Exchange;
using Gateway.Runtime;

namespace Gateway.Explanation;

/// <summary>What is known about the exchange of a token for the route's cluster. Nothing is asked: the token is untrusted.</summary>
internal static class ExchangeExplainer
{
    /// <summary>The exchange of a route's cluster; null for none.</summary>
    public static ExchangeSettings? Of(ConfigurationReading reading, string? route) =>
        reading.Routes.FirstOrDefault(known => known.RouteId == route)?.ClusterId is { } cluster
        && reading.Settings.Clusters.GetValueOrDefault(cluster)?.Exchange is { } name
            ? reading.Settings.Exchanges.GetValueOrDefault(name)
            : null;

    /// <summary>
    /// Adds the check of the exchange to an explanation. A failed exchange rejects each request that has a caller and that the policy lets
    /// through, also where it only reports.
    /// </summary>
    /// <param name="exchange">That of the route's cluster; null for none.</param>
    /// <param name="known">What requests with the token have found; null for nothing.</param>
    public static TokenExplanation With(TokenExplanation explanation, ExchangeSettings? exchange, ExchangedToken? known)
    {
        if (exchange is null || explanation.Verdict == Verdict.Anonymous)
        {
            return explanation;
        }

        var expected = $"a token for the destination from {exchange.TokenEndpoint.GetLeftPart(UriPartial.Path)}";
        var check = known switch
        {
            null => new ExplainedCheck(CheckName.Exchange, CheckOutcome.NotChecked, expected, "exchanged with the first request, not here"),
            { Error: { } error } => new ExplainedCheck(
                CheckName.Exchange, CheckOutcome.Failed, expected, error,
                $"Make the token endpoint reachable, or correct {ExchangeCheck.Section}:{exchange.Name} and the rights of its client at " +
                    "the issuer.",
                RejectionReason.ExchangeUnavailable),
            _ => new ExplainedCheck(CheckName.Exchange, CheckOutcome.Passed, expected, "exchanged"),
        };
        var isDecisive = check.Outcome == CheckOutcome.Failed
            && (explanation.Verdict == Verdict.Accepted || explanation is { Verdict: Verdict.Reported, HasCaller: true });
        return explanation with
        {
            Checks = [.. explanation.Checks, check],
            Verdict = isDecisive ? Verdict.Rejected : explanation.Verdict,
            Reason = isDecisive ? check.Reason : explanation.Reason,
        };
    }
}
