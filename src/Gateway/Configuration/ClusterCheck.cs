using System.Text;
using Gateway.Foundation;
using Gateway.Settings;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.SessionAffinity;

namespace Gateway.Configuration;

/// <summary>Checks a cluster: names of policies, and values that make YARP fail at the start or for a request.</summary>
/// <param name="proxy">YARP's services, which know the names.</param>
internal sealed class ClusterCheck(IServiceProvider proxy, ConfigurationReport report)
{
    // The longest time that a timer of .NET can wait.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);
    // The schemes of proxies that SocketsHttpHandler can use.
    private static readonly string[] Proxies = ["http", "https", "socks4", "socks4a", "socks5"];
    private static readonly Version[] Versions = [new(1, 0), new(1, 1), new(2, 0), new(3, 0)];

    // Names as YARP has registered them, so that a policy of a new version is known without a change here.
    private readonly string[] _balancing = [.. proxy.GetServices<ILoadBalancingPolicy>().Select(policy => policy.Name)];
    private readonly string[] _active = [.. proxy.GetServices<IActiveHealthCheckPolicy>().Select(policy => policy.Name)];
    private readonly string[] _passive = [.. proxy.GetServices<IPassiveHealthCheckPolicy>().Select(policy => policy.Name)];
    private readonly string[] _available = [.. proxy.GetServices<IAvailableDestinationsPolicy>().Select(policy => policy.Name)];
    private readonly string[] _affinity = [.. proxy.GetServices<ISessionAffinityPolicy>().Select(policy => policy.Name)];
    private readonly string[] _failure = [.. proxy.GetServices<IAffinityFailurePolicy>().Select(policy => policy.Name)];

    public void Run(IConfigurationSection cluster)
    {
        CheckName(cluster.GetSection(nameof(ClusterConfig.LoadBalancingPolicy)), "load-balancing policy", _balancing);
        CheckDestinations(cluster.GetSection(nameof(ClusterConfig.Destinations)));
        CheckAffinity(cluster.GetSection(nameof(ClusterConfig.SessionAffinity)));
        CheckHealth(cluster.GetSection(nameof(ClusterConfig.HealthCheck)));
        CheckClient(cluster.GetSection(nameof(ClusterConfig.HttpClient)));
        var request = cluster.GetSection(nameof(ClusterConfig.HttpRequest));
        CheckTime(request.GetSection(nameof(ForwarderRequestConfig.ActivityTimeout)));
        if (request[nameof(ForwarderRequestConfig.Version)] is { } version
            && !(Version.TryParse(version.Contains('.', StringComparison.Ordinal) ? version : version + ".0", out var parsed)
                && Versions.Contains(parsed)))
        {
            report.Error(
                $"{request.Path}:{nameof(ForwarderRequestConfig.Version)}", $"\"{version}\" is not a version of HTTP.",
                "Write \"1.1\", \"2\" or \"3\".");
        }
    }

    private void CheckDestinations(IConfigurationSection destinations)
    {
        if (!destinations.GetChildren().Any())
        {
            report.Error(
                destinations.Path, "every request to a cluster without a destination gets 503.",
                "Add at least one destination with an Address.");
        }

        foreach (var destination in destinations.GetChildren())
        {
            if (string.IsNullOrEmpty(destination[nameof(DestinationConfig.Address)]))
            {
                report.Error(
                    $"{destination.Path}:{nameof(DestinationConfig.Address)}", "this is required.",
                    "Write the destination's URL, such as http://orders:8080.");
            }

            CheckAddress(destination.GetSection(nameof(DestinationConfig.Address)));
            CheckAddress(destination.GetSection(nameof(DestinationConfig.Health)));
            if (destination[nameof(DestinationConfig.Host)] is { Length: > 0 } host && !IsHost(host))
            {
                report.Error(
                    $"{destination.Path}:{nameof(DestinationConfig.Host)}", "this is not a host name.",
                    "Write a name, and a port after a colon if it matters.");
            }
        }
    }

    private void CheckAddress(IConfigurationSection address)
    {
        if (address.Value is { Length: > 0 } text
            && !(Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)))
        {
            report.Error(address.Path, "this is not an http or https URL.", "Write one, such as http://orders:8080.");
        }
    }

    /// <summary>What the affinity cookie or header is made of: its name, its times and its attributes.</summary>
    private void CheckAffinity(IConfigurationSection affinity)
    {
        CheckName(affinity.GetSection(nameof(SessionAffinityConfig.Policy)), "session affinity policy", _affinity);
        CheckName(affinity.GetSection(nameof(SessionAffinityConfig.FailurePolicy)), "failure policy", _failure);
        var name = affinity.GetSection(nameof(SessionAffinityConfig.AffinityKeyName));
        var isOn = bool.TryParse(affinity[nameof(SessionAffinityConfig.Enabled)], out var enabled) && enabled;
        if ((isOn && string.IsNullOrEmpty(name.Value)) || (name.Value is { Length: > 0 } key && !HeaderSyntax.IsToken(key)))
        {
            report.Error(
                name.Path, "session affinity needs the name of its cookie or header.", "Use letters, digits, hyphens and underscores.");
        }

        var cookie = affinity.GetSection(nameof(SessionAffinityConfig.Cookie));
        CheckTime(cookie.GetSection(nameof(SessionAffinityCookieConfig.Expiration)), TimeSpan.FromDays(3660));
        CheckTime(cookie.GetSection(nameof(SessionAffinityCookieConfig.MaxAge)), TimeSpan.FromDays(3660));
        foreach (var setting in new[] { nameof(SessionAffinityCookieConfig.Domain), nameof(SessionAffinityCookieConfig.Path) })
        {
            if (cookie[setting] is { } value && (!HeaderSyntax.IsValue(value) || value.Contains(';', StringComparison.Ordinal)))
            {
                report.Error(
                    $"{cookie.Path}:{setting}", "this cannot be sent in a cookie.", "Use text without semicolons and control characters.");
            }
        }
    }

    private void CheckHealth(IConfigurationSection health)
    {
        CheckName(
            health.GetSection(nameof(HealthCheckConfig.AvailableDestinationsPolicy)), "policy for available destinations", _available);
        var active = health.GetSection(nameof(HealthCheckConfig.Active));
        CheckName(active.GetSection(nameof(ActiveHealthCheckConfig.Policy)), "active health check policy", _active);
        CheckTime(active.GetSection(nameof(ActiveHealthCheckConfig.Interval)));
        CheckTime(active.GetSection(nameof(ActiveHealthCheckConfig.Timeout)));
        CheckStart(active.GetSection(nameof(ActiveHealthCheckConfig.Path)), '/');
        CheckStart(active.GetSection(nameof(ActiveHealthCheckConfig.Query)), '?');
        var passive = health.GetSection(nameof(HealthCheckConfig.Passive));
        CheckName(passive.GetSection(nameof(PassiveHealthCheckConfig.Policy)), "passive health check policy", _passive);
        CheckTime(passive.GetSection(nameof(PassiveHealthCheckConfig.ReactivationPeriod)));
    }

    private void CheckClient(IConfigurationSection client)
    {
        if (int.TryParse(client[nameof(HttpClientConfig.MaxConnectionsPerServer)], out var connections) && connections <= 0)
        {
            report.Error(
                $"{client.Path}:{nameof(HttpClientConfig.MaxConnectionsPerServer)}", "this is out of range.",
                "Choose 1 or more, or leave it out for any number.");
        }

        foreach (var setting in new[] { nameof(HttpClientConfig.RequestHeaderEncoding), nameof(HttpClientConfig.ResponseHeaderEncoding) })
        {
            if (client[setting] is { } encoding && !IsEncoding(encoding))
            {
                report.Error($"{client.Path}:{setting}", $"\"{encoding}\" is not an encoding.", "Write utf-8, Latin1 or us-ascii.");
            }
        }

        var proxyAddress = client.GetSection($"{nameof(HttpClientConfig.WebProxy)}:{nameof(WebProxyConfig.Address)}");
        if (proxyAddress.Value is { } text && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && Proxies.Contains(uri.Scheme)))
        {
            report.Error(proxyAddress.Path, "this is not the URL of a proxy.", "Write http://host:port.");
        }
    }

    /// <param name="what">What the setting names, for the message.</param>
    private void CheckName(IConfigurationSection setting, string what, string[] known)
    {
        if (setting.Value is { Length: > 0 } name && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            report.Error(setting.Path, $"there is no {what} \"{name}\".", Suggestion.For(name, known));
        }
    }

    /// <summary>A time that a timer accepts. What is no time at all was reported by the schema.</summary>
    /// <param name="longest">Null for <see cref="LongestTimer"/>.</param>
    private void CheckTime(IConfigurationSection setting, TimeSpan? longest = null)
    {
        var most = longest ?? LongestTimer;
        if (setting.Value is not null
            && TimeSpan.TryParse(setting.Value, System.Globalization.CultureInfo.InvariantCulture, out var time)
            && (time <= TimeSpan.Zero || time > most))
        {
            report.Error(setting.Path, "this is out of range.", $"Choose more than 00:00:00 and at most {most}.");
        }
    }

    /// <summary>The first character of a path or query that YARP appends to the address of a destination.</summary>
    private void CheckStart(IConfigurationSection setting, char first)
    {
        if (setting.Value is { Length: > 0 } text && text[0] != first)
        {
            report.Error(setting.Path, $"this does not start with \"{first}\".", $"Write \"{first}{text}\".");
        }
    }

    private static bool IsEncoding(string name)
    {
        try
        {
            Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Asks the class that will write the header, so that both agree on what a host is.</summary>
    private static bool IsHost(string text)
    {
        try
        {
            using var request = new HttpRequestMessage();
            request.Headers.Host = text;
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
