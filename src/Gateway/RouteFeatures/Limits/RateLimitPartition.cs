using Gateway.Policies;

namespace Gateway.RouteFeatures.Limits;

/// <summary>What requests are partitioned by: the checked form of <see cref="RateLimitOptions.PartitionBy"/>.</summary>
/// <param name="By">As configured.</param>
/// <param name="Claim">The path of a claim; null for the address and the route.</param>
internal sealed record RateLimitPartition(string By, ClaimPath? Claim)
{
    public const string Address = "$address";
    public const string Route = "$route";

    /// <param name="derived">The names with a dollar sign that claim paths may have.</param>
    public static bool TryParse(string by, string[] derived, out RateLimitPartition partition)
    {
        ClaimPath? claim = null;
        var isKnown = by is Address or Route
            || (by.Length > 0 && ClaimPath.TryParse(by, out claim) && claim.IsKnown(derived));
        partition = new RateLimitPartition(by, claim);
        return isKnown;
    }
}
