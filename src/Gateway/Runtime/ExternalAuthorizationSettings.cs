using System.Security.Cryptography.X509Certificates;

namespace Gateway.Runtime;

/// <summary>In which form another proxy asks for a decision.</summary>
internal enum AuthorizationProtocol
{
    /// <summary>An HTTP request with the client's headers; the response says whether the proxy may go on.</summary>
    ForwardAuth,

    /// <summary>Envoy's <c>envoy.service.auth.v3.Authorization</c> over gRPC.</summary>
    Envoy,
}

/// <summary>The listener for other proxies, checked.</summary>
/// <param name="HasTls">Whether it has a certificate of its own.</param>
/// <param name="ClientAuthorities">The issuers of the client certificates that a caller may show; null for none.</param>
internal sealed record ExternalAuthorizationSettings(
    int Port, bool HasForwardAuth, bool HasEnvoy, bool HasTls, X509Certificate2Collection? ClientAuthorities);
