using System.Security.Authentication;
using Gateway.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.Configuration.Listening;

/// <summary>
/// The <c>Kestrel</c> section: exactly what the server reads of it. The server ignores other keys, so they are errors here.
/// </summary>
internal sealed class ListenerOptions
{
    /// <summary>The public addresses by a name of your choice. They replace <c>Urls</c>.</summary>
    public Dictionary<string, EndpointOptions> Endpoints { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public EndpointDefaultOptions EndpointDefaults { get; init; } = new();

    public CertificateSetOptions Certificates { get; init; } = new();
}

/// <summary>One public address.</summary>
internal sealed class EndpointOptions
{
    /// <summary>Required. Scheme, address and port, such as <c>https://*:8443</c>.</summary>
    public string? Url { get; init; }

    /// <summary>The versions of HTTP. Without TLS, HTTP/2 needs <c>Http2</c> alone. Default <c>Http1AndHttp2</c>.</summary>
    public EndpointProtocols? Protocols { get; init; }

    /// <summary>The versions of TLS. Default the system's.</summary>
    public SslProtocols? SslProtocols { get; init; }

    /// <summary>Whether clients show a certificate. Default <c>NoCertificate</c>.</summary>
    public ClientCertificateMode? ClientCertificateMode { get; init; }

    public CertificateOptions? Certificate { get; init; }

    /// <summary>Certificates and protocols by the name that the client asks for, such as <c>*.example.com</c>.</summary>
    public Dictionary<string, SniOptions>? Sni { get; init; }
}

/// <summary>What endpoints take that do not say otherwise.</summary>
internal sealed class EndpointDefaultOptions
{
    /// <summary>The versions of HTTP. Default <c>Http1AndHttp2</c>.</summary>
    public EndpointProtocols? Protocols { get; init; }

    /// <summary>The versions of TLS. Default the system's.</summary>
    public SslProtocols? SslProtocols { get; init; }

    /// <summary>Whether clients show a certificate. Default <c>NoCertificate</c>.</summary>
    public ClientCertificateMode? ClientCertificateMode { get; init; }
}

/// <summary>What one server name gets.</summary>
internal sealed class SniOptions
{
    /// <summary>The versions of HTTP. Default the endpoint's.</summary>
    public EndpointProtocols? Protocols { get; init; }

    /// <summary>The versions of TLS. Default the endpoint's.</summary>
    public SslProtocols? SslProtocols { get; init; }

    /// <summary>Whether clients show a certificate. Default the endpoint's.</summary>
    public ClientCertificateMode? ClientCertificateMode { get; init; }

    public CertificateOptions? Certificate { get; init; }
}

/// <summary>Certificates that no endpoint owns.</summary>
internal sealed class CertificateSetOptions
{
    /// <summary>The certificate of https endpoints without one of their own.</summary>
    public CertificateOptions? Default { get; init; }
}

/// <summary>A server certificate: files, or an entry of the system's store.</summary>
internal sealed class CertificateOptions
{
    /// <summary>
    /// A PEM file with the certificate and its chain, or a PKCS 12 file. A relative path starts at the folder of <c>yarp.json</c>.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The PEM file with the private key. Not for PKCS 12 files.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The password of the key or of the PKCS 12 file.</summary>
    [Secret]
    public string? Password { get; init; }

    /// <summary>The subject of a certificate in the system's store, in place of <c>Path</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>The store's name. Default <c>My</c>.</summary>
    public string? Store { get; init; }

    /// <summary>The store's location. Default <c>CurrentUser</c>.</summary>
    public System.Security.Cryptography.X509Certificates.StoreLocation? Location { get; init; }

    /// <summary>Whether a certificate of the store is used that the system does not trust. Default false.</summary>
    public bool? AllowInvalid { get; init; }
}

/// <summary>The server's names for sets of HTTP versions.</summary>
internal enum EndpointProtocols
{
    Http1,
    Http2,
    Http1AndHttp2,
    Http3,
    Http1AndHttp2AndHttp3,
}
