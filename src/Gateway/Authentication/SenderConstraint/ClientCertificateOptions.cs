using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>Where the client certificate of a certificate-bound token (RFC 8705) is: <c>Gateway:ClientCertificate</c>.</summary>
internal sealed record ClientCertificateOptions
{
    /// <summary>
    /// The header in which the <c>TrustedProxies</c> pass on the certificate of the client: Envoy's <c>X-Forwarded-Client-Cert</c>, or one
    /// that holds the certificate as escaped PEM (nginx), PEM without its first and last line (Traefik) or RFC 9440. They must set or
    /// remove it. It is removed from every request. Default none: the certificate is that of the TLS connection.
    /// </summary>
    public string? Header { get; init; }

    /// <summary>
    /// Whether TLS connections may bring a certificate that the system does not trust, such as a self-signed one (RFC 8705 section 4): the
    /// token says which certificate counts. Needs <c>ClientCertificateMode</c> at a Kestrel endpoint. Default false. Read at start.
    /// </summary>
    public bool AllowUntrusted { get; init; }
}

/// <summary>Checks <c>Gateway:ClientCertificate</c>.</summary>
internal static class ClientCertificateCheck
{
    private const string Path = "Gateway:ClientCertificate:Header";

    // Of the headers that proxies set, those that say something else.
    private static readonly string[] OtherHeaders =
        ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix"];

    /// <param name="taken">The headers of identity and tokens.</param>
    public static void Run(ClientCertificateOptions options, bool hasTrustedProxies, IEnumerable<string> taken, ConfigurationReport report)
    {
        if (options.Header is not { } header)
        {
            return;
        }

        if (!HeaderSyntax.IsToken(header))
        {
            report.Error(Path, "this is not a header name.", "Use letters, digits and hyphens.");
        }
        else if (ReservedHeaders.Contains(header) && !ProxyHeaders.Contains(header))
        {
            report.Error(
                Path, "this header has another meaning to HTTP.", "Write the name that your proxy uses, such as X-Forwarded-Client-Cert.");
        }
        else if (OtherHeaders.Concat(taken).Any(other => HeaderAlias.IsSame(header, other)))
        {
            report.Error(
                Path, "this header carries something else.", "Write the name that your proxy uses, such as X-Forwarded-Client-Cert.");
        }

        if (!hasTrustedProxies)
        {
            report.Error(Path, "this has no effect without trusted proxies.", "Name them in Gateway:TrustedProxies, or remove it.");
        }
    }
}
