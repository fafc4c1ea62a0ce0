namespace Gateway.Policies;

/// <summary>
/// From which of several tokens the identity of a request comes: that of the first policy in the list with <c>Identity</c>, else that of
/// the token sources without a name, else that of the first policy.
/// </summary>
internal static class IdentityChoice
{
    /// <param name="holding">The policies with rules that the permission rests on.</param>
    /// <returns>The same, the one whose token gives the identity first.</returns>
    public static IEnumerable<RoutePolicy> Order(IReadOnlyCollection<RoutePolicy> holding)
    {
        var rank = RankIn(holding);
        return holding.OrderBy(rank);
    }

    /// <summary>
    /// The policies whose token may give it while it is not known which of them hold. Only <c>AnyOf</c> has several: of <c>AllOf</c> it is
    /// the first, or a client could choose the caller by leaving out a token.
    /// </summary>
    public static IEnumerable<RoutePolicy> Candidates(RoutePolicy policy)
    {
        var leaves = policy.Leaves;
        var rank = RankIn(leaves);
        var best = leaves.Min(rank);
        return Of(policy);

        RoutePolicy[] Of(RoutePolicy part) => part.Combination switch
        {
            null => rank(part) == best ? [part] : [],
            { IsAny: true } any => [.. any.Parts.SelectMany(Of)],
            var all => all.Parts.Select(Of).FirstOrDefault(found => found.Length > 0) ?? [],
        };
    }

    private static Func<RoutePolicy, int> RankIn(IReadOnlyCollection<RoutePolicy> leaves) => leaves.Any(leaf => leaf.GivesIdentity)
        ? leaf => leaf.GivesIdentity ? 0 : 1
        : leaf => leaf.TokenSource is null ? 0 : 1;
}
