using System.Text.Json.Serialization;
using Gateway.Foundation;
using Gateway.Jose;

namespace Gateway.Explanation;

/// <summary>The result of one check. <c>NotChecked</c> neither accepts nor rejects: what the check needs is missing.</summary>
internal enum CheckOutcome
{
    Passed,
    Failed,
    NotChecked,
}

/// <summary>What a request with the token gets.</summary>
internal enum Verdict
{
    Accepted,
    Rejected,

    /// <summary>The policy only reports: the request goes through, and the rejection is recorded.</summary>
    Reported,

    /// <summary>What could be checked is good, but the keys are not at hand.</summary>
    Undecided,

    /// <summary>The route is public: no token is read.</summary>
    Anonymous,
}

/// <summary>One check as people read it.</summary>
/// <param name="Reason">Why it alone would reject the token; null unless it failed.</param>
/// <param name="Cure">What to change; null when there is nothing to.</param>
internal sealed record ExplainedCheck(
    string Check, CheckOutcome Outcome, string Expected, string Found, string? Cure = null, RejectionReason? Reason = null)
{
    /// <summary>The token source with a name whose token was checked; else null.</summary>
    public string? Source { get; init; }

    /// <summary>What the check is called where there may be checks of several tokens.</summary>
    public string Title => Source is null ? Check : $"{Source}: {Check}";

    /// <summary>A check of claims that an earlier failure has kept from being read.</summary>
    public static ExplainedCheck OfUnreadToken(string check, string expected) =>
        new(check, CheckOutcome.NotChecked, expected, "the token could not be read so far");
}

/// <summary>Every check of a token on a route, and what a request with it would get: the first check that fails decides.</summary>
internal sealed record TokenExplanation(
    string? Route, string? Policy, Verdict Verdict, RejectionReason? Reason, IReadOnlyList<ExplainedCheck> Checks)
{
    /// <summary>
    /// Whether requests have a caller: the token that the identity comes from is valid, also where the policy rejects it and only reports.
    /// This is so of one token when only rules of the policy have failed; of several, <see cref="SourcesExplainer"/> says it.
    /// </summary>
    public bool HasCaller { get; init; } =
        Checks.All(check => check.Outcome != CheckOutcome.Failed || CheckName.IsOfRule(check.Check));

    /// <summary>What else decides about the route's requests.</summary>
    public IReadOnlyList<RouteFact> Settings { get; init; } = [];

    // BindingText marks a bound token as not checked, and an unbound one as passed.
    private bool IsBound => Checks.Any(check => check is { Check: CheckName.Binding, Outcome: CheckOutcome.NotChecked });

    /// <summary>The verdict in one or two sentences.</summary>
    public string Summary
    {
        get
        {
            var rejection = Reason is { } reason ? Rejections.Of(reason) : null;
            var isOfPath = Checks.Any(check => check.Outcome == CheckOutcome.NotChecked
                && CheckName.IsOfRule(check.Check));
            var open =
                Checks.Any(check => check is { Check: CheckName.Revocation or CheckName.RevocationKeys, Outcome: CheckOutcome.NotChecked });
            return Verdict switch
            {
                Verdict.Anonymous =>
                    "Let through: the route is public, so no token is read. The destination receives what the client sent, a token " +
                        "included.",
                Verdict.Accepted =>
                    $"Accepted.{(open ? " Whether the token is revoked was not checked." : "")}" +
                        (isOfPath ? " The policy also compares the path of each request." : "") +
                        $"{(IsBound ? " Each request has to prove that its sender holds what the token is bound to." : "")}",
                Verdict.Undecided when Checks.Any(check => check is { Check: CheckName.Introspection, Outcome: CheckOutcome.NotChecked }) =>
                    "Undecided: the issuer was not asked about the token.",
                Verdict.Undecided => "Undecided: what could be checked is good, but not the signature.",
                Verdict.Reported =>
                    $"Allowed, because policy \"{Policy}\" only reports; recorded as {rejection!.Tag}, which it would reject with " +
                        $"{rejection.Status}. {rejection.Meaning}",
                _ =>
                    $"Rejected with {rejection!.Status}{(rejection.Error is null ? "" : $" {rejection.Error}")}, reason " +
                        $"{rejection.Tag}. {rejection.Meaning}",
            };
        }
    }
}

/// <summary>A <see cref="TokenExplanation"/> as JSON.</summary>
internal sealed record ExplanationDocument(
    string? Route, string? Policy, string Verdict, int? Status, string? Reason, string? Error, string Summary, CheckDocument[] Checks,
    SettingDocument[] Settings)
{
    /// <summary>The JSON of <c>/admin/explain</c> and <c>gateway explain --output json</c>: both have the same form.</summary>
    public static ExplanationDocument Of(TokenExplanation explanation)
    {
        var rejection = explanation is { Reason: { } reason, Verdict: Explanation.Verdict.Rejected or Explanation.Verdict.Reported }
            ? Rejections.Of(reason)
            : null;
        return new ExplanationDocument(
            explanation.Route,
            explanation.Policy,
            // The value "refused" is part of the outward contract; programs read it.
            explanation.Verdict == Explanation.Verdict.Rejected ? "refused" : explanation.Verdict.ToString().ToLowerInvariant(),
            // Only a rejected request gets the status; in report mode the destination responds.
            explanation.Verdict == Explanation.Verdict.Rejected ? rejection!.Status : null,
            rejection?.Tag,
            rejection?.Error,
            explanation.Summary,
            [.. explanation.Checks.Select(check => new CheckDocument(
                check.Title,
                check.Outcome switch { CheckOutcome.Passed => "passed", CheckOutcome.Failed => "failed", _ => "not_checked" },
                check.Reason is { } why ? Rejections.Of(why).Tag : null,
                check.Expected,
                check.Found,
                check.Cure))],
            [.. explanation.Settings.Select(fact => new SettingDocument(fact.Setting, fact.Effect))]);
    }
}

/// <summary>A <see cref="RouteFact"/> as JSON.</summary>
internal sealed record SettingDocument(string Setting, string Effect);

/// <summary>An <see cref="ExplainedCheck"/> as JSON.</summary>
/// <param name="Outcome"><c>passed</c>, <c>failed</c> or <c>not_checked</c>.</param>
internal sealed record CheckDocument(string Check, string Outcome, string? Reason, string Expected, string Found, string? Cure);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExplanationDocument))]
internal sealed partial class ExplanationJson : JsonSerializerContext
{
    public static ExplanationJson Readable => field ??= new(ReadableJson.Of(Default.Options));
}
