using Gateway.Jose;
using Gateway.Policies;

namespace Gateway.Explanation;

/// <summary>Explains a policy of policies: decides as <see cref="Combination.Evaluate"/> does, and shows the result of each part.</summary>
internal static class CombinationExplainer
{
    /// <summary>
    /// For <c>AllOf</c> the checks of every part, because each of them can reject. For <c>AnyOf</c> one check for all parts: a part that
    /// fails rejects nothing while another one holds.
    /// </summary>
    /// <param name="policy">The name of the policy in yarp.json.</param>
    public static IEnumerable<ExplainedCheck> Explain(string policy, Combination combination, ExplainedTokens tokens, TimeProvider? time)
    {
        if (!combination.IsAny)
        {
            foreach (var part in combination.Parts)
            {
                foreach (var check in PolicyExplainer.Explain(part, tokens, time))
                {
                    yield return check with { Check = $"{check.Check} of {Shown.Text(part.Name)}" };
                }
            }

            yield break;
        }

        var expected = $"one of the policies {Shown.List(combination.Parts.Select(part => part.Name))}";
        // All parts read the same token, so one row says that it is missing, and not one row for each part.
        if (!tokens.AreNamed && tokens.Of(null) is null)
        {
            yield return ExplainedCheck.OfUnreadToken(CheckName.PolicyParts, expected);
            yield break;
        }

        var parts = combination.Parts.Select(part => (part.Name, Checks: PolicyExplainer.Explain(part, tokens, time).ToArray())).ToArray();
        var found = string.Join("; ", parts.Select(part => $"{Shown.Text(part.Name)}: {Describe(part.Checks)}"));
        var outcomes = parts.Select(part => OutcomeOf(part.Checks)).ToArray();
        yield return outcomes.Contains(CheckOutcome.Passed)
            ? new ExplainedCheck(CheckName.PolicyParts, CheckOutcome.Passed, expected, found)
                : outcomes.Contains(CheckOutcome.NotChecked)
                ? new ExplainedCheck(CheckName.PolicyParts, CheckOutcome.NotChecked, expected, found)
            : new ExplainedCheck(
                CheckName.PolicyParts, CheckOutcome.Failed, expected, found,
                $"Have the token satisfy one of these policies, or change Gateway:Policies:{policy}:AnyOf.",
                // The reason that a request would get: of several failed parts, the most informative one.
                combination.Evaluate(tokens.OfPolicy, new PolicyRequest(null, time), null).Rejected);
    }

    // A failure outweighs a check that was not made: the part rejects the token whatever that check would have found.
    private static CheckOutcome OutcomeOf(ExplainedCheck[] checks) =>
        checks.Any(check => check.Outcome == CheckOutcome.Failed) ? CheckOutcome.Failed
        : checks.Any(check => check.Outcome == CheckOutcome.NotChecked) ? CheckOutcome.NotChecked
        : CheckOutcome.Passed;

    private static string Describe(ExplainedCheck[] checks) => OutcomeOf(checks) switch
    {
        CheckOutcome.Passed => "holds",
        CheckOutcome.NotChecked => checks.Any(check => check is { Check: CheckName.PolicyToken, Outcome: CheckOutcome.NotChecked })
            ? "its token was not checked to the end" : "depends on the path of the request",
        _ => checks.First(check => check.Outcome == CheckOutcome.Failed) is var failed
            ? $"{Rejections.Of(failed.Reason!.Value).Tag} ({failed.Check} {failed.Found}, expected {failed.Expected})"
            : "",
    };
}
