using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Identity;

/// <summary>Checks <c>Gateway:Identity:ResponseExpiry</c>, beside what holds for every name of an identity header.</summary>
internal static class ResponseExpiryCheck
{
    // Response headers that clients, caches or browsers act upon.
    private static readonly ImmutableArray<string> Taken =
    [
        "Age", "Vary", "ETag", "Pragma", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "Server", "Server-Timing", "Link",
        "Refresh", "Alt-Svc", "Strict-Transport-Security", "Clear-Site-Data", "Accept-Ranges", "Proxy-Status", "Warning",
        "Timing-Allow-Origin", "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy",
        "X-Frame-Options", "X-Content-Type-Options", "grpc-status", "grpc-message", "grpc-status-details-bin",
    ];

    /// <param name="others">The names of <c>Gateway:ResponseHeaders</c>.</param>
    public static void Run(string path, string header, IEnumerable<string> others, ConfigurationReport report)
    {
        if (Taken.FirstOrDefault(taken => HeaderAlias.IsSame(header, taken)) is { } taken)
        {
            report.Error(path, $"clients read {taken} as something else.", "Choose a name of your own, such as X-Token-Expires-In.");
        }
        else if (others.FirstOrDefault(other => HeaderAlias.IsSame(header, other)) is { } other)
        {
            report.Error(path, $"Gateway:ResponseHeaders sets {other} on every response.", "Remove it there, or choose another name here.");
        }
    }
}
