using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;
using Microsoft.Extensions.Primitives;

namespace Gateway.RouteFeatures.ResponseHeaders;

/// <summary>A header for every answer.</summary>
/// <param name="IsForHttps">RFC 6797 section 7.2: not over plain HTTP.</param>
internal sealed record ResponseHeader(string Name, StringValues Value, bool IsForHttps);

/// <summary>Checks <c>Gateway:ResponseHeaders</c>.</summary>
internal static class ResponseHeadersCheck
{
    private const string Section = "Gateway:ResponseHeaders";
    private const string StrictTransportSecurity = "Strict-Transport-Security";

    public static ImmutableArray<ResponseHeader> Build(Dictionary<string, string>? headers, ConfigurationReport report)
    {
        var built = ImmutableArray.CreateBuilder<ResponseHeader>();
        foreach (var (name, value) in headers ?? [])
        {
            var path = $"{Section}:{name}";
            if (!HeaderSyntax.IsToken(name))
            {
                report.Error(path, "this is not a header name.", "Use letters, digits and hyphens.");
            }
            else if (ReservedHeaders.Contains(name) && !IsDescription(name))
            {
                report.Error(
                    path, "the server sets this header for each response, or it applies to one hop only.",
                    "Remove it; CORS headers come from Gateway:Cors.");
            }
            else if (string.IsNullOrEmpty(value) || value.Any(character => character is < ' ' or > '~'))
            {
                report.Error(path, "this is not a header value.", "Use visible ASCII and spaces.");
            }

            built.Add(new ResponseHeader(name, value, name.Equals(StrictTransportSecurity, StringComparison.OrdinalIgnoreCase)));
        }

        return built.ToImmutable();
    }

    // Reserved towards destinations, and harmless towards clients.
    private static bool IsDescription(string name) =>
        name.StartsWith("Content-Security-Policy", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Cache-Control", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Via", StringComparison.OrdinalIgnoreCase);
}
