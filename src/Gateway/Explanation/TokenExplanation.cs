using System.Text.Json.Serialization;
using Gateway.Jose;

namespace Gateway.Explanation;

internal enum CheckOutcome
{
    Passed,
    Failed,
    NotChecked,
}

internal enum Verdict
{
    Accepted,
    Refused,

    /// <summary>The policy only reports: the request goes through, and the refusal is recorded.</summary>
    Reported,

    /// <summary>What could be checked is good, but the keys are not at hand.</summary>
    Undecided,

    /// <summary>The route is public: no token is read.</summary>
    Anonymous,
}

/// <summary>One check as people read it.</summary>
/// <param name="Reason">Why it alone would refuse the token; null unless it failed.</param>
/// <param name="Cure">What to change; null when there is nothing to.</param>
internal sealed record ExplainedCheck(string Check, CheckOutcome Outcome, string Expected, string Found, string? Cure = null, RefusalReason? Reason = null);

/// <summary>Every check of a token on a route, and what a request with it would get: the first check that fails decides.</summary>
internal sealed record TokenExplanation(string? Route, string? Policy, Verdict Verdict, RefusalReason? Reason, IReadOnlyList<ExplainedCheck> Checks)
{
    /// <summary>The verdict in one or two sentences.</summary>
    public string Summary
    {
        get
        {
            var refusal = Reason is { } reason ? Refusals.Of(reason) : null;
            var open = Checks.Any(check => check is { Check: CheckName.Revocation or CheckName.RevocationKeys, Outcome: CheckOutcome.NotChecked });
            return Verdict switch
            {
                Verdict.Anonymous => "Let through: the route is public, so no token is read. The destination receives what the client sent, a token included.",
                Verdict.Accepted => $"Accepted.{(open ? " Whether the token is revoked was not checked." : "")}",
                Verdict.Undecided => "Undecided: what could be checked is good, but not the signature.",
                Verdict.Reported => $"Let through, because policy \"{Policy}\" only reports; recorded as {refusal!.Tag}, which it would refuse with {refusal.Status}. {refusal.Meaning}",
                _ => $"Refused with {refusal!.Status}{(refusal.Error is null ? "" : $" {refusal.Error}")}, reason {refusal.Tag}. {refusal.Meaning}",
            };
        }
    }
}

/// <summary>A <see cref="TokenExplanation"/> as JSON.</summary>
internal sealed record ExplanationDocument(
    string? Route, string? Policy, string Verdict, int? Status, string? Reason, string? Error, string Summary, CheckDocument[] Checks)
{
    public static ExplanationDocument Of(TokenExplanation explanation)
    {
        var refusal = explanation is { Reason: { } reason, Verdict: Explanation.Verdict.Refused or Explanation.Verdict.Reported } ? Refusals.Of(reason) : null;
        return new ExplanationDocument(
            explanation.Route,
            explanation.Policy,
            explanation.Verdict.ToString().ToLowerInvariant(),
            explanation.Verdict == Explanation.Verdict.Refused ? refusal!.Status : null,
            refusal?.Tag,
            refusal?.Error,
            explanation.Summary,
            [.. explanation.Checks.Select(check => new CheckDocument(
                check.Check,
                check.Outcome switch { CheckOutcome.Passed => "passed", CheckOutcome.Failed => "failed", _ => "not_checked" },
                check.Reason is { } why ? Refusals.Of(why).Tag : null,
                check.Expected,
                check.Found,
                check.Cure))]);
    }
}

internal sealed record CheckDocument(string Check, string Outcome, string? Reason, string Expected, string Found, string? Cure);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExplanationDocument))]
internal sealed partial class ExplanationJson : JsonSerializerContext;
