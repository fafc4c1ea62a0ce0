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

    /// <summary>The policies with rules that it consists of, each as often as it is named.</summary>
    public ImmutableArray<RoutePolicy> Leaves { get; } = [.. Parts.SelectMany(part => part.Leaves)];

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
    /// All: the first part that rejects decides. Any: the first part that allows decides, and later parts are not evaluated. When no part
    /// allows, the most informative reason decides, the first of equal ones: a reason with status 503, else any reason but the following
    /// two, else <see cref="RejectionReason.ClaimMismatch"/>, else <see cref="RejectionReason.Missing"/>.
    /// </summary>
    /// <param name="holding">As for <see cref="RoutePolicy.Decide(in PolicyTokens, in PolicyRequest, List{RoutePolicy}?)"/>.</param>
    /// <returns>The decision, without the scopes for the challenge.</returns>
    public PolicyDecision Evaluate(in PolicyTokens tokens, in PolicyRequest request, List<RoutePolicy>? holding)
    {
        var before = holding?.Count ?? 0;
        PolicyDecision? deciding = null;
        foreach (var part in Parts)
        {
            var decision = part.Evaluate(tokens, request, holding);
            if (decision.Rejected is not null)
            {
                // Of a part that does not hold as a whole, nothing holds.
                holding?.RemoveRange(before, holding.Count - before);
            }

            if ((decision.Rejected is null) == IsAny)
            {
                return decision;
            }

            if (deciding is not { } earlier || SaysMore(decision.Rejected, earlier.Rejected))
            {
                deciding = decision;
            }
        }

        return deciding!.Value;
    }

    /// <summary>
    /// As <see cref="RoutePolicy.AddScopes"/>. All: the scopes of every part, because the next token must satisfy them all. Any: those of
    /// the part that decides.
    /// </summary>
    public RejectionReason? AddScopes(in PolicyTokens tokens, in PolicyRequest request, string? source, List<string> scopes)
    {
        var start = scopes.Count;
        var deciding = Parts[0].AddScopes(tokens, request, source, scopes);
        for (var i = 1; i < Parts.Length && (!IsAny || deciding is not null); i++)
        {
            var end = scopes.Count;
            var rejected = Parts[i].AddScopes(tokens, request, source, scopes);
            if (!IsAny)
            {
                deciding ??= rejected;
            }
            else if (rejected is null || SaysMore(rejected, deciding))
            {
                scopes.RemoveRange(start, end - start);
                deciding = rejected;
            }
            else
            {
                scopes.RemoveRange(end, scopes.Count - end);
            }
        }

        return deciding;
    }

    private static bool SaysMore(RejectionReason? reason, RejectionReason? than) => WeightOf(reason) > WeightOf(than);

    private static int WeightOf(RejectionReason? reason) => reason switch
    {
        null or RejectionReason.Missing => 0,
        RejectionReason.ClaimMismatch => 1,
        { } other => Rejections.Of(other).Status == Unavailable ? 3 : 2,
    };
}
