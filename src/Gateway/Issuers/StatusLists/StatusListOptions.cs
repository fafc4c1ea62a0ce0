using Gateway.Foundation;

namespace Gateway.Issuers.StatusLists;

/// <summary>
/// Looks tokens up in the issuer's status lists (OAuth Token Status List), if they name one in their claim <c>status</c>:
/// <c>Gateway:Issuers:{name}:StatusList</c>. Without this section the claim has no effect.
/// </summary>
internal sealed class StatusListOptions
{
    /// <summary>
    /// How long a list stays in use while it cannot be refreshed, at most until its <c>exp</c>; then each policy's
    /// <c>OnRevocationUnavailable</c> decides. Default 15 minutes, range 1 minute to 1 day.
    /// </summary>
    public TimeSpan MaxStale { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Further origins, such as <c>https://status.example.com</c>, that lists are fetched from. Default: lists of the issuer's own origin
    /// alone.
    /// </summary>
    public List<string>? Origins { get; init; }
}

/// <summary>The checked form of <see cref="StatusListOptions"/>. Lists live on while these stay equal.</summary>
/// <param name="Issuer">The exact <c>iss</c>.</param>
/// <param name="Origins">With the issuer's own.</param>
internal sealed record StatusListSettings(string Issuer, TimeSpan MaxStale, ValueArray<string> Origins, KeyFetchSettings Fetch)
{
    /// <summary>
    /// Whether a list may be fetched from there. The address is in a token, so it must not lead to a server that only the gateway can
    /// reach.
    /// </summary>
    public bool Allows(Uri address) =>
        Fetch.Allows(address) && address.UserInfo.Length == 0 && address.Fragment.Length == 0 && Origins.Contains(OriginOf(address));

    /// <summary>Scheme, host and port, in the one spelling that <see cref="Uri"/> gives them.</summary>
    public static string OriginOf(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
