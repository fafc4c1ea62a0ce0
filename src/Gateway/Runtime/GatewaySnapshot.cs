using Gateway.Authentication;
using Gateway.Issuers;
using Gateway.Revocation;
using Gateway.Telemetry;
using Gateway.Tokens;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>Everything a request reads that comes from one reading of yarp.json. Immutable; a request uses one from its first stage to its last.</summary>
/// <param name="Revision">Tells which snapshot a route was loaded with.</param>
internal sealed record GatewaySnapshot(string Revision, ConfigurationReading Reading, Authenticator Authenticator, RejectionWriter Rejections)
{
    public GatewaySettings Settings => Reading.Settings;
}

/// <summary>Makes snapshots, and takes the verified tokens over to the next one while nothing changed that they depend on.</summary>
internal sealed class GatewaySnapshots(
    KeySearch keys, RevocationList revocations, TimeProvider time, GatewayMetrics metrics, RevocationLookup? lookup = null)
{
    private int _revision;

    public GatewaySnapshot Create(ConfigurationReading reading, GatewaySnapshot? previous) => new(
        $"{Interlocked.Increment(ref _revision)}",
        reading,
        previous is not null && IsSame(previous.Settings, reading.Settings) ? previous.Authenticator : CreateAuthenticator(reading.Settings),
        new RejectionWriter(reading.Settings.DetailedErrors));

    private static bool IsSame(GatewaySettings one, GatewaySettings other) =>
        ReferenceEquals(one.Issuers, other.Issuers) && ReferenceEquals(one.Identity, other.Identity) && one.TokenCache == other.TokenCache;

    private Authenticator CreateAuthenticator(GatewaySettings settings) => new(
        new TokenVerifier(new AccessTokenValidator(settings.Issuers, time), settings.Identity, keys),
        new TokenCache(settings.TokenCache.MaxEntries, settings.TokenCache.MaxMegabytes * 1024L * 1024),
        revocations,
        time,
        metrics,
        lookup);
}

/// <summary>The snapshot in force, swapped whole. While routes are being replaced there is a second one: that of the routes to come.</summary>
internal sealed class LiveGateway
{
    /// <summary>The metadata of a route that names its snapshot.</summary>
    public const string RevisionKey = "Gateway.Revision";

    private volatile GatewaySnapshot _current;
    private volatile GatewaySnapshot? _next;

    public LiveGateway(GatewaySnapshots snapshots, ConfigurationReading first) => _current = snapshots.Create(first, null);

    public GatewaySnapshot Current => _current;

    /// <summary>The snapshot that a route was read with.</summary>
    public GatewaySnapshot Of(RouteConfig route)
    {
        var revision = route.Metadata![RevisionKey];
        var (current, next) = (_current, _next);
        return current.Revision == revision ? current
            : next?.Revision == revision ? next
            : throw new InvalidOperationException($"Route {route.RouteId} is of a configuration that is not in force.");
    }

    public void Announce(GatewaySnapshot next) => _next = next;

    public void Withdraw() => _next = null;

    public void Swap(GatewaySnapshot next)
    {
        _current = next;
        _next = null;
    }
}
