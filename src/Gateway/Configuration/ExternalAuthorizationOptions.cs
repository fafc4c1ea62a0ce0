using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>
/// The listener on which other proxies ask for the decision on a request: <c>Gateway:ExternalAuthorization</c>. On every address; in the
/// Development environment on loopback only. Never public.
/// </summary>
internal sealed class ExternalAuthorizationOptions
{
    /// <summary>TCP port, separate from the public and the management one. Default 8082, range 1 to 65535; 0 takes any free port.</summary>
    public int Port { get; init; } = 8082;

    /// <summary><c>ForwardAuth</c> (nginx, Traefik, Caddy), <c>Envoy</c> (ext_authz version 3 over gRPC), or both. Required.</summary>
    public List<AuthorizationProtocol>? Protocols { get; init; }

    public AuthorizationCertificateOptions? Certificate { get; init; }

    /// <summary>
    /// PEM file with the authorities whose client certificates a proxy may show instead of calling from an address of
    /// <c>TrustedProxies</c>. Needs <c>Certificate</c>. Default none.
    /// </summary>
    public string? ClientCaFile { get; init; }
}

/// <summary>
/// The server certificate of the listener, in files that are followed: <c>Gateway:ExternalAuthorization:Certificate</c>. Default none: no
/// TLS.
/// </summary>
internal sealed class AuthorizationCertificateOptions
{
    /// <summary>PEM or PKCS 12 file. Required.</summary>
    public string? Path { get; init; }

    /// <summary>The file of the private key of a certificate in PEM form. Required for PEM.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The password of the key or of the PKCS 12 file. Default none.</summary>
    [Secret]
    public string? Password { get; init; }
}
