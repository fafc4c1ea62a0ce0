using System.Security.Cryptography;
using Gateway.Foundation;

namespace Gateway.Configuration.Listening;

/// <summary>Follows the certificate files, so that a rotation needs no restart. A bad pair changes nothing and is said once.</summary>
internal sealed partial class CertificateFollower(EndpointCertificates certificates, TimeProvider time, ILogger<CertificateFollower> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    // The error that was logged last for each certificate, so that a bad file is one log line and not one every two seconds.
    private readonly Dictionary<EndpointCertificate, string> _reported = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Fixed: a changed Kestrel section needs a restart.
        var all = certificates.All.ToArray();
        while (all.Length > 0 && !stoppingToken.IsCancellationRequested)
        {
            foreach (var certificate in all)
            {
                Look(certificate);
            }

            await time.NextAsync(LookEvery, stoppingToken);
        }
    }

    private void Look(EndpointCertificate certificate)
    {
        try
        {
            var taken = certificate.Look(time.GetUtcNow());
            // The files can be read again: if they are lost once more, that is reported again.
            _reported.Remove(certificate);
            if (taken is not null)
            {
                Taken(logger, certificate.Path, taken.Thumbprint, taken.NotAfter.ToUniversalTime());
            }
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            if (_reported.GetValueOrDefault(certificate) != fault.Message)
            {
                _reported[certificate] = fault.Message;
                Rejected(logger, certificate.Path, fault.Message);
            }
        }
    }

    [LoggerMessage(
        EventIds.CertificateTaken, LogLevel.Information,
        "The certificate in {File} is in use from now on: {Thumbprint}, valid until {NotAfter}.")]
    private static partial void Taken(ILogger logger, string file, string thumbprint, DateTime notAfter);

    [LoggerMessage(
        EventIds.CertificateRejected, LogLevel.Error, "The certificate in {File} is rejected; the last valid one stays in use: {Error}")]
    private static partial void Rejected(ILogger logger, string file, string error);
}
