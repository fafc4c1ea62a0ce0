using System.Net;
using Gateway.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Gateway.RouteFeatures.TrustedProxies;

/// <summary>
/// Takes client address and scheme, and the host where that is wanted, from the <c>X-Forwarded-*</c> of trusted proxies, back to the first
/// hop that is none. The headers themselves are stripped like everybody's; a destination gets those that we write.
/// </summary>
internal sealed class TrustedProxies
{
    private readonly ForwardedHeadersMiddleware _forwarded;

    public TrustedProxies(IEnumerable<IPNetwork> networks, bool trustHost)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | (trustHost ? ForwardedHeaders.XForwardedHost : ForwardedHeaders.None),
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        _forwarded = new ForwardedHeadersMiddleware(static _ => Task.CompletedTask, NullLoggerFactory.Instance, Options.Create(options));
    }

    public void Apply(HttpContext context) => _forwarded.ApplyForwarders(context);
}

/// <summary>Checks <c>Gateway:TrustedProxies</c> and <c>Gateway:TrustForwardedHost</c>.</summary>
internal static class TrustedProxiesCheck
{
    private const string Section = "Gateway:TrustedProxies";

    public static TrustedProxies? Build(List<string>? proxies, bool trustHost, ConfigurationReport report)
    {
        if (proxies is null)
        {
            if (trustHost)
            {
                report.Error("Gateway:TrustForwardedHost", "this has no effect without trusted proxies.", $"Name them in {Section}, or remove it.");
            }

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
                report.Error($"{Section}:{i}", "this is everybody: any client could choose its own address.", "Name the networks of your proxies.");
            }
            else
            {
                networks.Add(network);
            }
        }

        return new TrustedProxies(networks, trustHost);
    }

    private static IPNetwork? Parse(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : !text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
