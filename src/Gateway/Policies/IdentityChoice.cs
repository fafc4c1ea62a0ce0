namespace Gateway.Policies;

/// <summary>
/// From which of several tokens the identity of a request comes: that of the first policy in the list with <c>Identity</c>, else that of
/// the places without a name, else that of the first policy.
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

    /// <summary>The policies whose token may give it as long as it is not known which of them hold.</summary>
    public static IEnumerable<RoutePolicy> Candidates(RoutePolicy policy)
    {
        var leaves = policy.Leaves.ToArray();
        var rank = RankIn(leaves);
        var best = leaves.Min(rank);
        return leaves.Where(leaf => rank(leaf) == best);
    }

    private static Func<RoutePolicy, int> RankIn(IReadOnlyCollection<RoutePolicy> leaves) => leaves.Any(leaf => leaf.GivesIdentity)
        ? leaf => leaf.GivesIdentity ? 0 : 1
        : leaf => leaf.TokenSource is null ? 0 : 1;
}
