using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;

namespace Gateway.Pipeline.Limits;

/// <summary>The partition that a request belongs to. Requests with the same key share the permits of a limit.</summary>
internal static class RateLimitKey
{
    // The first 64 bits of an IPv6 address: one client usually has all addresses that share them.
    private const int NetworkBytes = 8;

    /// <summary>The key: the route, a claim, or the client's address, also where the token lacks the claim.</summary>
    public static string Of(HttpContext context, ProtectedRoute route, RateLimitPartition partition) =>
        partition.By == RateLimitPartition.Route ? route.Id : ClaimOf(context, partition) ?? AddressOf(context.Connection.RemoteIpAddress);

    /// <summary>The claim's value with the issuer, because two issuers may each have a subject "alice". Null without the claim.</summary>
    private static string? ClaimOf(HttpContext context, RateLimitPartition partition)
    {
        if (partition.Claim is not { } claim || GatewayRequest.Of(context).Token?.Token is not { } token)
        {
            return null;
        }

        if (partition.By is "sub" or "client_id")
        {
            var id = partition.By == "sub" ? token.Subject : token.ClientId;
            return id is null ? null : $"{token.Issuer.Issuer} {id}";
        }

        var found = new List<JsonElement>();
        claim.Collect(token, found);
        return found.Count == 0 ? null : $"{token.Issuer.Issuer} {string.Join(' ', found)}";
    }

    /// <summary>An IPv4 address as a whole, also in its IPv6 form; of IPv6 the network.</summary>
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
