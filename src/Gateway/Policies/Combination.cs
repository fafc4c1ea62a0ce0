using System.Collections.Immutable;
using Gateway.Jose;

namespace Gateway.Policies;

/// <summary>
/// A policy made of others: <c>AnyOf</c> or <c>AllOf</c>. Only what the others ask of a token counts here; their <c>Mode</c>,
/// <c>ForwardToken</c>, <c>OnRevocationUnavailable</c> and <c>OnExpiry</c> do not.
/// </summary>
/// <param name="IsAny">Whether one of the parts is enough.</param>
/// <param name="Parts">At least one, in the order of the list.</param>
internal sealed record Combination(bool IsAny, ImmutableArray<RoutePolicy> Parts)
{
    private const int Unavailable = 503;

    /// <summary>How many policies with rules of their own it comes to.</summary>
    public int Count { get; } = Parts.Sum(part => part.Combination?.Count ?? 1);

    /// <summary>The token sources that the parts read, each once, in the order of the list.</summary>
    public ImmutableArray<string?> TokenSources { get; } =
        [.. Parts.SelectMany(part => part.TokenSources).Distinct(StringComparer.Ordinal)];

    public bool DependsOnRequest { get; } = Parts.Any(part => part.DependsOnRequest);

    /// <summary>Whether no bearer token can satisfy it.</summary>
    public bool RequiresBinding { get; } = IsAny ? !Parts.IsEmpty
        && Parts.All(part => part.RequiresBinding) : Parts.Any(part => part.RequiresBinding);

    /// <summary>The route parameters that its rules compare claims with.</summary>
    public ImmutableArray<string> RouteParameters { get; } =
        [.. Parts.SelectMany(part => part.RouteParameters).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// The scopes that satisfy the parts; none where one of several parts is enough, because only the caller knows which.
    /// </summary>
    public IEnumerable<string> AskedScopes => IsAny && Parts.Length > 1 ? [] : Parts.SelectMany(part => part.AskedScopes);

    /// <summary>
    /// All: the first part that rejects decides; the scopes to ask for are those of every part that reads the same token. Any: the first
    /// part that allows decides, and the others are not looked at. While none allows, the first part decides of those whose reason says the
    /// most: one that cannot be decided now, else one that the client can satisfy or that its token is bad, else a mismatch, else that
    /// there is no token.
    /// </summary>
    /// <param name="holding">As for <see cref="RoutePolicy.Decide(in PolicyTokens, in PolicyRequest, List{RoutePolicy}?)"/>.</param>
    public PolicyDecision Decide(in PolicyTokens tokens, in PolicyRequest request, List<RoutePolicy>? holding)
    {
        var (_, decision) = Choose(tokens, request, holding);
        return IsAny || decision.RequiredScope is null
            ? decision
            : decision with { RequiredScope = string.Join(' ', ScopesFor(tokens, request, decision.By?.TokenSource).Distinct()) };
    }

    /// <summary>As <see cref="RoutePolicy.ScopesFor"/>.</summary>
    public IEnumerable<string> ScopesFor(in PolicyTokens tokens, in PolicyRequest request, string? source)
    {
        if (IsAny)
        {
            return Choose(tokens, request, null).Part.ScopesFor(tokens, request, source);
        }

        var found = new List<string>();
        foreach (var part in Parts)
        {
            found.AddRange(part.ScopesFor(tokens, request, source));
        }

        return found;
    }

    private (RoutePolicy Part, PolicyDecision Decision) Choose(in PolicyTokens tokens, in PolicyRequest request, List<RoutePolicy>? holding)
    {
        var before = holding?.Count ?? 0;
        (RoutePolicy Part, PolicyDecision Decision)? first = null;
        foreach (var part in Parts)
        {
            var decision = part.Decide(tokens, request, holding);
            if (decision.Rejected is not null)
            {
                // Of a part that does not hold as a whole, nothing holds.
                holding?.RemoveRange(before, holding.Count - before);
            }

            if ((decision.Rejected is null) == IsAny)
            {
                return (part, decision);
            }

            if (first is not { Decision: var earlier } || WeightOf(decision.Rejected) > WeightOf(earlier.Rejected))
            {
                first = (part, decision);
            }
        }

        return first!.Value;
    }

    private static int WeightOf(RejectionReason? reason) => reason switch
    {
        null or RejectionReason.Missing => 0,
        RejectionReason.ClaimMismatch => 1,
        { } other => Rejections.Of(other).Status == Unavailable ? 3 : 2,
    };
}
