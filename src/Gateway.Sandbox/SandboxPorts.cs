using System.Net;
using System.Net.NetworkInformation;

namespace Gateway.Sandbox;

/// <summary>The four loopback ports of the sandbox.</summary>
internal sealed record SandboxPorts(int Gateway, int Management, int Issuer, int Destination)
{
    public string GatewayUrl => $"http://localhost:{Gateway}";

    public string ManagementUrl => $"http://localhost:{Management}";

    public string IssuerUrl => $"http://localhost:{Issuer}";

    public string DestinationUrl => $"http://localhost:{Destination}";

    /// <summary>What the gateway is told on top of yarp.json.</summary>
    public IReadOnlyDictionary<string, string?> GatewaySettings => new Dictionary<string, string?>
    {
        ["urls"] = GatewayUrl,
        ["Gateway:Management:Port"] = $"{Management}",
        ["Gateway:Issuers:sandbox:Issuer"] = IssuerUrl,
        ["ReverseProxy:Clusters:shop:Destinations:echo:Address"] = DestinationUrl,
        // The banner says where everything listens; rejections stay in the log, to be watched while trying things.
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
    };

    /// <summary>Why these ports cannot be used, with the cure; null when they can. Asked before anything listens, so that a
    /// half-started sandbox never answers.</summary>
    public string? FindConflict()
    {
        (string Option, int Port)[] wanted =
            [("--gateway", Gateway), ("--management", Management), ("--issuer", Issuer), ("--destination", Destination)];

        if (wanted.GroupBy(want => want.Port).FirstOrDefault(group => group.Count() > 1) is { } shared)
        {
            return $"{string.Join(" and ", shared.Select(want => want.Option))} are both {shared.Key}: give each its own port.";
        }

        // A listener on another address of this machine does not stand in the way of loopback.
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
            .Where(listener => IPAddress.IsLoopback(listener.Address)
                || listener.Address.Equals(IPAddress.Any)
                || listener.Address.Equals(IPAddress.IPv6Any))
            .Select(listener => listener.Port)
            .ToHashSet();

        var (option, port) = Array.Find(wanted, want => taken.Contains(want.Port));
        return option is null ? null : $"Port {port} is taken: stop the program that listens on it, or choose another with {option} PORT.";
    }
}
