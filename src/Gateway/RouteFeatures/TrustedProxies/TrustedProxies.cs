using System.Net;
using Gateway.Foundation;
using Gateway.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Gateway.RouteFeatures.TrustedProxies;

/// <summary>
/// Takes client address, scheme and port, and host and prefix where that is wanted, from the <c>X-Forwarded-*</c> of trusted proxies, back
/// to the first hop that is none. The headers themselves are always removed; a destination receives those that the gateway writes.
/// </summary>
internal sealed class TrustedProxies
{
    private readonly ForwardedHeadersMiddleware _forwarded;
    private readonly TrustedProxySettings _settings;

    public TrustedProxies(TrustedProxySettings settings)
    {
        _settings = settings;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | (settings.TrustHost ? ForwardedHeaders.XForwardedHost : ForwardedHeaders.None),
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in settings.Networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        _forwarded = new ForwardedHeadersMiddleware(static _ => Task.CompletedTask, NullLoggerFactory.Instance, Options.Create(options));
    }

    /// <param name="port">The port that the client used, as far as a proxy has said; null otherwise.</param>
    public void Apply(HttpContext context, out string? port)
    {
        var isFromProxy = IsTrusted(context.Connection.RemoteIpAddress);
        port = isFromProxy ? ForwardedPort.Read(context.Request.Headers[ForwardedPort.Header]) : null;
        if (isFromProxy && _settings.TrustPrefix)
        {
            context.Request.PathBase = ForwardedPathBase.Read(context.Request.Headers[ForwardedPathBase.Header]);
        }

        _forwarded.ApplyForwarders(context);
    }

    /// <summary>
    /// Whether a trusted proxy has sent the request, or describes it. To be asked before <see cref="Apply"/>, which puts the client in the
    /// proxy's place.
    /// </summary>
    public bool HasSent(HttpContext context) =>
        IsTrusted(context.Connection.RemoteIpAddress) || context.Features.Get<DescribedByProxy>() is not null;

    /// <summary>Whether the address is one of the proxies.</summary>
    public bool IsTrusted(IPAddress? sender)
    {
        if (sender is null)
        {
            return false;
        }

        var address = sender.IsIPv4MappedToIPv6 ? sender.MapToIPv4() : sender;
        foreach (var network in _settings.Networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A feature of requests that a trusted proxy describes instead of sending them. Their sender is the client.</summary>
internal sealed class DescribedByProxy
{
    public static readonly DescribedByProxy Instance = new();
}

/// <summary>Which proxies are trusted, and what beside the client's address, scheme and port is taken from them.</summary>
internal sealed record TrustedProxySettings(ValueArray<IPNetwork> Networks, bool TrustHost, bool TrustPrefix);

/// <summary>Checks <c>Gateway:TrustedProxies</c>, <c>Gateway:TrustForwardedHost</c> and <c>Gateway:TrustForwardedPrefix</c>.</summary>
internal static class TrustedProxiesCheck
{
    private const string Section = "Gateway:TrustedProxies";

    public static TrustedProxySettings? Build(List<string>? proxies, bool trustHost, bool trustPrefix, ConfigurationReport report)
    {
        if (proxies is null)
        {
            CheckUnused("Gateway:TrustForwardedHost", trustHost, report);
            CheckUnused("Gateway:TrustForwardedPrefix", trustPrefix, report);
            return null;
        }

        var networks = new List<IPNetwork>();
        for (var i = 0; i < proxies.Count; i++)
        {
            if (Parse(proxies[i]) is not { } network)
            {
                report.Error($"{Section}:{i}", "this is neither an address nor a network.", "Write one such as 10.0.0.7 or 10.0.0.0/8.");
            }
            else if (network.PrefixLength == 0)
            {
                report.Error(
                    $"{Section}:{i}", "this network contains all addresses, so any client could forge its own.",
                    "Name the networks of your proxies.");
            }
            else
            {
                networks.Add(network);
            }
        }

        return new TrustedProxySettings([.. networks], trustHost, trustPrefix);
    }

    private static void CheckUnused(string path, bool isSet, ConfigurationReport report)
    {
        if (isSet)
        {
            report.Error(path, "this has no effect without trusted proxies.", $"Name them in {Section}, or remove it.");
        }
    }

    private static IPNetwork? Parse(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
            : !text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
