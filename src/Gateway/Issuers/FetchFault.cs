using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Issuers;

/// <summary>What is wrong with a provider's certificate, in our own words.</summary>
#pragma warning disable CA1032, CA1064 // Thrown by our own check of certificates and caught beside it.
internal sealed class CertificateException(string problem) : AuthenticationException(problem);
#pragma warning restore CA1032, CA1064

/// <summary>Why a document could not be fetched, in fixed words: the framework's messages can repeat what the provider sent.</summary>
internal static class FetchFault
{
    private const X509ChainStatusFlags Untrusted =
        X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid;

    public static string Describe(Exception fault) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its host name cannot be resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            fault.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                ? "the connection is refused"
                : "it cannot be connected to",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            ProblemOf(fault) ?? "there is no TLS connection with it",
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => "the proxy does not let it be reached",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "its headers are too long",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } =>
            "the response ended too early",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError }
            or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError } =>
                "its response is not valid HTTP",
        TokenFileException => "the file of Keys:TokenFile holds no token that can be read",
        InvalidDataException => "its response is not valid gzip",
        _ => "the connection broke",
    };

    /// <summary>A check that rejects what the framework rejects, and says why.</summary>
    /// <exception cref="CertificateException">The certificate is rejected.</exception>
    public static bool CheckCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, next) => all | next.Status);
        throw new CertificateException(errors switch
        {
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it shows no certificate",
            _ when (status & X509ChainStatusFlags.NotTimeValid) != 0 => "its certificate has expired or is not valid yet",
            _ when (status & X509ChainStatusFlags.Revoked) != 0 => "its certificate is revoked",
            // A signature that does not fit is an authority of the same name with another key.
            _ when (status & Untrusted) != 0 =>
                "its certificate comes from an authority that is not trusted",
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => "its certificate is for another host",
            _ => "its certificate cannot be verified",
        });
    }

    private static string? ProblemOf(Exception? fault)
    {
        while (fault is not null and not CertificateException)
        {
            fault = fault.InnerException;
        }

        return fault?.Message;
    }
}
