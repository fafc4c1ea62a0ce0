using System.Net.Security;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>How the clients of a run connect with TLS: always with a full handshake, never with one that resumes another.</summary>
internal static class LoopbackTls
{
    public static SslClientAuthenticationOptions Options { get; } = new()
    {
        TargetHost = MeasuredRequest.Host,
        AllowTlsResume = false,
        // The certificate is the run's own and self-signed; building a chain for it would cost the shared machine more than the request.
#pragma warning disable CA5359
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };
}
