using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.Policies;
using Gateway.Runtime;

namespace Gateway.RouteFeatures.Limits;

/// <summary>Says which requests count together: the checked form of <see cref="RateLimitOptions.PartitionBy"/>.</summary>
internal sealed class RateLimitPartitions
{
    public const string Address = "$address";
    public const string Route = "$route";

    // Who has one IPv6 address usually has all that share these bytes.
    private const int NetworkBytes = 8;

    private readonly string _by;
    private readonly ClaimPath? _claim;

    private RateLimitPartitions(string by, ClaimPath? claim) => (_by, _claim) = (by, claim);

    /// <param name="derived">The names with a dollar sign that claim paths may have.</param>
    public static bool TryParse(string by, string[] derived, out RateLimitPartitions partitions)
    {
        ClaimPath? claim = null;
        var isKnown = by is Address or Route
            || (by.Length > 0 && ClaimPath.TryParse(by, out claim) && (!claim.IsDerived || derived.Contains(by)));
        partitions = new RateLimitPartitions(by, claim);
        return isKnown;
    }

    public string KeyOf(HttpContext context, ProtectedRoute route) =>
        _by == Route ? route.Id : ClaimOf(context) ?? AddressOf(context.Connection.RemoteIpAddress);

    /// <summary>The issuer belongs to it: two of them may have an alice each.</summary>
    private string? ClaimOf(HttpContext context)
    {
        if (_claim is null || GatewayRequest.Of(context).Token?.Token is not { } token)
        {
            return null;
        }

        if (_by is "sub" or "client_id")
        {
            var id = _by == "sub" ? token.Subject : token.ClientId;
            return id is null ? null : $"{token.Issuer.Issuer} {id}";
        }

        var found = new List<JsonElement>();
        _claim.Collect(token, found);
        return found.Count == 0 ? null : $"{token.Issuer.Issuer} {string.Join(' ', found)}";
    }

    private static string AddressOf(IPAddress? address)
    {
        if (address is null || address.IsIPv4MappedToIPv6 || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : $"{address}";
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return Convert.ToHexString(bytes[..NetworkBytes]);
    }
}
