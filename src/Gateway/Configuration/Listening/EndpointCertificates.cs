using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.Configuration.Listening;

/// <summary>
/// The certificates of the <c>Kestrel</c> section that are files. The server reads each once; this has it show the one that is in the files
/// now, with all its other TLS settings as they are. Endpoints with <c>Sni</c> are left to the server.
/// </summary>
internal sealed class EndpointCertificates
{
    private const string Endpoints = "Endpoints";
    private const string Certificate = "Certificate";

    private readonly Dictionary<string, EndpointCertificate> _byEndpoint = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="external">The certificate of the listener for other proxies.</param>
    /// <param name="root">Where relative paths start: the folder of yarp.json.</param>
    public EndpointCertificates(IConfiguration kestrel, IConfigurationSection external, string root)
    {
        External = Read(external, root);
        var fallback = Read(kestrel.GetSection("Certificates:Default"), root);
        foreach (var endpoint in kestrel.GetSection(Endpoints).GetChildren())
        {
            var own = endpoint.GetSection(Certificate);
            if (!endpoint.GetSection("Sni").Exists() && (own.Exists() ? Read(own, root) : fallback) is { } certificate)
            {
                _byEndpoint[endpoint.Key] = certificate;
            }
        }
    }

    /// <summary>That of the listener for other proxies; null for none.</summary>
    public EndpointCertificate? External { get; }

    public IEnumerable<EndpointCertificate> All => _byEndpoint.Values.Concat(External is null ? [] : [External]).Distinct();

    /// <summary>Has every endpoint whose certificate is a file follow that file. Called before the server loads the section.</summary>
    public void Apply(KestrelConfigurationLoader kestrel)
    {
        foreach (var (name, certificate) in _byEndpoint)
        {
            kestrel.Endpoint(name, endpoint => Follow(endpoint.HttpsOptions, certificate));
        }
    }

    /// <summary>Has each handshake show the last good certificate of the files, after a callback that was set before.</summary>
    public static void Follow(HttpsConnectionAdapterOptions https, EndpointCertificate certificate)
    {
        var before = https.OnAuthenticate;
        https.OnAuthenticate = (connection, handshake) =>
        {
            before?.Invoke(connection, handshake);
            if (certificate.Current is { } current)
            {
                (handshake.ServerCertificate, handshake.ServerCertificateContext) = (null, current);
            }
        };
    }

    private static EndpointCertificate? Read(IConfigurationSection section, string root) =>
        section["Path"] is { Length: > 0 } path
            ? new EndpointCertificate(
                Path.Combine(root, path), section["KeyPath"] is { Length: > 0 } key ? Path.Combine(root, key) : null, section["Password"])
            : null;
}
