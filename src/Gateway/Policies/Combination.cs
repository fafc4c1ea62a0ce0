using System.Collections.Immutable;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>
/// A policy made of others: <c>AnyOf</c> or <c>AllOf</c>. Only what the others ask of a token counts here; their <c>Mode</c>,
/// <c>ForwardToken</c>, <c>OnRevocationUnavailable</c> and <c>OnExpiry</c> do not.
/// </summary>
/// <param name="IsAny">Whether one of the parts is enough.</param>
/// <param name="Parts">At least one, in the order of the list.</param>
internal sealed record Combination(bool IsAny, ImmutableArray<RoutePolicy> Parts)
{
    /// <summary>How many policies with rules of their own it comes to.</summary>
    public int Count { get; } = Parts.Sum(part => part.Combination?.Count ?? 1);

    public bool DependsOnRequest { get; } = Parts.Any(part => part.DependsOnRequest);

    /// <summary>Whether no bearer token can satisfy it.</summary>
    public bool RequiresBinding { get; } = IsAny ? !Parts.IsEmpty && Parts.All(part => part.RequiresBinding) : Parts.Any(part => part.RequiresBinding);

    /// <summary>The route parameters that its rules compare claims with.</summary>
    public ImmutableArray<string> RouteParameters { get; } = [.. Parts.SelectMany(part => part.RouteParameters).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The scopes that satisfy the parts; none where one of several parts is enough, because only the caller knows which.</summary>
    public IEnumerable<string> AskedScopes => IsAny && Parts.Length > 1 ? [] : Parts.SelectMany(part => part.AskedScopes);

    /// <summary>
    /// All: the first part that rejects decides; the scopes to ask for are those of every part. Any: while none allows, the first part decides that the
    /// client can satisfy by another request to the issuer (a scope, a new login); if there is none, the first part.
    /// </summary>
    public PolicyDecision Decide(AccessToken token, in PolicyRequest request)
    {
        var (_, decision) = Choose(token, request);
        return IsAny || decision.RequiredScope is null ? decision : decision with { RequiredScope = string.Join(' ', ScopesFor(token, request).Distinct()) };
    }

    /// <summary>As <see cref="RoutePolicy.ScopesFor"/>.</summary>
    public IEnumerable<string> ScopesFor(AccessToken token, in PolicyRequest request)
    {
        if (IsAny)
        {
            return Choose(token, request).Part.ScopesFor(token, request);
        }

        var found = new List<string>();
        foreach (var part in Parts)
        {
            found.AddRange(part.ScopesFor(token, request));
        }

        return found;
    }

    private (RoutePolicy Part, PolicyDecision Decision) Choose(AccessToken token, in PolicyRequest request)
    {
        (RoutePolicy Part, PolicyDecision Decision)? first = null;
        foreach (var part in Parts)
        {
            var decision = part.Decide(token, request);
            if ((decision.Rejected is null) == IsAny)
            {
                return (part, decision);
            }

            if (first is not { Decision: var earlier } || (earlier.Rejected == RejectionReason.ClaimMismatch && decision.Rejected != RejectionReason.ClaimMismatch))
            {
                first = (part, decision);
            }
        }

        return first!.Value;
    }
}
