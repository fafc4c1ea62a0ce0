using System.Globalization;
using System.Net.Quic;
using Gateway.Settings;

namespace Gateway.Configuration.Listening;

/// <summary>
/// Checks the public addresses, their certificates, and that no two listeners use the same port. A setting that the server would ignore is
/// an error too.
/// </summary>
internal static class ListenerCheck
{
    /// <summary>The public listener where neither Urls nor an endpoint is configured.</summary>
    public const string DefaultUrls = "http://*:8080";

    private const string Endpoints = $"{SettingSchema.Kestrel}:Endpoints";
    public const string ManagementPort = "Gateway:Management:Port";
    // Settings of TLS. On an http address the server ignores them, and an operator could believe that the address is encrypted.
    private static readonly string[] OfHttps =
    [
        nameof(EndpointOptions.Certificate), nameof(EndpointOptions.Sni), nameof(EndpointOptions.SslProtocols),
        nameof(EndpointOptions.ClientCertificateMode),
    ];

    private const string Example = "Write one such as http://*:8080 or https://*:8443.";

    public static void Run(IConfiguration configuration, int managementPort, int? authorizationPort, SettingsContext context)
    {
        var report = context.Report;
        var endpoints = configuration.GetSection(Endpoints).GetChildren().ToArray();
        var hasDefault = CheckCertificate(configuration.GetSection($"{SettingSchema.Kestrel}:Certificates:Default"), context);
        CheckProtocols(configuration.GetSection($"{SettingSchema.Kestrel}:EndpointDefaults"), report);
        var open = new List<(string Path, ListenAddress Address)>();
        foreach (var (path, url) in Public(configuration))
        {
            if (string.IsNullOrWhiteSpace(url))
            {
                report.Error(path, "an endpoint needs a Url.", Example);
            }
            else if (!ListenAddress.TryParse(url.Trim(), out var address, out var problem))
            {
                report.Error(path, problem, Example);
            }
            else if (address is not null)
            {
                Open(path, address, open, report);
            }
        }

        foreach (var endpoint in endpoints)
        {
            CheckEndpoint(endpoint, hasDefault, context);
        }

        // Addresses of Urls have no certificate of their own. Those of endpoints were checked above.
        foreach (var (path, address) in endpoints.Length > 0 ? [] : open)
        {
            if (address.IsHttps && !hasDefault)
            {
                report.Error(
                    path, $"\"{address.Text}\" has no certificate.",
                    "Set Kestrel:Certificates:Default, or name the address in Kestrel:Endpoints with a Certificate.");
            }
        }

        CheckOwnPort(ManagementPort, managementPort, 8081, open, context);
        if (authorizationPort is { } other)
        {
            CheckOwnPort(ExternalAuthorizationCheck.Port, other, 8082, open, context);
            if (other == managementPort && other != 0)
            {
                report.Error(
                    ExternalAuthorizationCheck.Port, $"port {other} is taken by {ManagementPort}.",
                    "Choose another port for one of them; the default here is 8082.");
            }
        }
    }

    /// <summary>A port of a listener that must not be public.</summary>
    private static void CheckOwnPort(
        string path, int port, int usual, List<(string Path, ListenAddress Address)> open, SettingsContext context)
    {
        var own = ListenAddress.Own(port, context.IsDevelopment);
        foreach (var (_, address) in open.Where(entry => entry.Address.ClashesWith(own)))
        {
            context.Report.Error(
                path, $"port {port} is taken by the public address {address.Text}.",
                $"Choose another port for one of them; the default here is {usual}.");
        }
    }

    /// <summary>The public addresses, each with the setting that names it.</summary>
    public static IEnumerable<(string Path, string? Url)> Public(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection(Endpoints).GetChildren().ToArray();
        return endpoints.Length > 0 ? endpoints.Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"])) : Urls(configuration);
    }

    /// <summary>The addresses that apply if no endpoint is configured, in the framework's order of precedence.</summary>
    public static IEnumerable<(string Path, string? Url)> Urls(IConfiguration configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(url => (SettingSchema.Urls, (string?)url))
                .DefaultIfEmpty((SettingSchema.Urls, null));
        }

        var ports = Ports(configuration, WebHostDefaults.HttpPortsKey, "http")
            .Concat(Ports(configuration, WebHostDefaults.HttpsPortsKey, "https"))
            .ToArray();
        return ports.Length > 0 ? ports : [(SettingSchema.Urls, DefaultUrls)];
    }

    private static IEnumerable<(string Path, string? Url)> Ports(IConfiguration configuration, string key, string scheme) =>
        (configuration[key] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => (key, (string?)$"{scheme}://*:{port}"));

    /// <summary>Adds a public address, after comparing it with those before.</summary>
    private static void Open(
        string path, ListenAddress address, List<(string Path, ListenAddress Address)> open, ConfigurationReport report)
    {
        if (open.Find(other => other.Address.ClashesWith(address)) is { Address: { } taken })
        {
            report.Error(
                path, string.Create(CultureInfo.InvariantCulture, $"port {address.Port} is taken by {taken.Text} already."),
                "Choose another port, or remove one of the two.");
        }

        open.Add((path, address));
    }

    /// <summary>The certificates of one endpoint, and settings that have no effect on it.</summary>
    /// <param name="hasDefault">Whether <c>Certificates:Default</c> is there for endpoints without a certificate.</param>
    private static void CheckEndpoint(IConfigurationSection endpoint, bool hasDefault, SettingsContext context)
    {
        var report = context.Report;
        var certificate = endpoint.GetSection(nameof(EndpointOptions.Certificate));
        var names = endpoint.GetSection(nameof(EndpointOptions.Sni)).GetChildren().ToArray();
        CheckProtocols(endpoint, report);
        var url = endpoint["Url"]?.Trim() ?? "";
        if (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var unused in OfHttps)
            {
                if (endpoint.GetSection(unused).Exists())
                {
                    report.Error(
                        $"{endpoint.Path}:{unused}", "this has no effect on an http address.", "Write https in Url, or remove it.");
                }
            }

            return;
        }

        if (!url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            // It is unknown whether the address needs a certificate; the address itself was reported.
            return;
        }

        if (!CheckCertificate(certificate, context) && !hasDefault && names.Length == 0)
        {
            report.Error(
                certificate.Path, "an https endpoint needs a certificate.",
                "Set Path and KeyPath here, or Kestrel:Certificates:Default for all endpoints.");
        }

        foreach (var name in names)
        {
            CheckProtocols(name, report);
            var own = name.GetSection(nameof(SniOptions.Certificate));
            if (!CheckCertificate(own, context) && !certificate.Exists() && !hasDefault)
            {
                report.Error(
                    own.Path, "this server name needs a certificate.", "Set Path and KeyPath here, or a Certificate for the endpoint.");
            }
        }
    }

    /// <returns>True when a certificate is named, good or not.</returns>
    private static bool CheckCertificate(IConfigurationSection certificate, SettingsContext context)
    {
        if (certificate.Exists())
        {
            CertificateCheck.Run(certificate, context);
        }

        return certificate.Exists();
    }

    private static void CheckProtocols(IConfigurationSection section, ConfigurationReport report)
    {
        if (section[nameof(EndpointOptions.Protocols)]?.Contains("Http3", StringComparison.OrdinalIgnoreCase) == true && !IsHttp3Supported)
        {
            report.Error(
                $"{section.Path}:{nameof(EndpointOptions.Protocols)}", "HTTP/3 needs libmsquic, which this machine does not have.",
                "Install it, or use Http1AndHttp2.");
        }
    }

    // The property of QUIC is marked for these systems only.
    private static bool IsHttp3Supported =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()) && QuicListener.IsSupported;
}
