using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Gateway.Redis;

/// <summary>How to reach Redis: the checked form of <see cref="RedisOptions"/>.</summary>
internal sealed class RedisSettings
{
    // Connecting includes a handshake of some round trips; a server that takes longer is tried again.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The connection string, which may contain a password.</summary>
    public required string Connection { get; init; }

    /// <summary>The endpoints without the options, for messages.</summary>
    public required string Name { get; init; }

    public required string? PasswordFile { get; init; }

    public required string KeyPrefix { get; init; }

    public required TimeSpan Timeout { get; init; }

    public int WaitReplicas { get; init; }

    /// <summary>The root certificates to trust; null for the system's.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    public required X509Certificate2? Certificate { get; init; }

    /// <summary>The options of a new connection, with the current password.</summary>
    /// <param name="untrusted">Called when the server's certificate is rejected; the client reports that like a rejected password.</param>
    /// <exception cref="IOException">The password file cannot be read.</exception>
    public async Task<ConfigurationOptions> ReadAsync(Action untrusted, CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(Connection);
        // The gateway reconnects itself, with the new password, and with a limit on the time without responses.
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        // Turn off the client's own keys and channels, which an access list would have to allow.
        options.TieBreaker = "";
        // A call without a connection fails at once, so that requests and the follower can react to it.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        // The client treats INFO as an administrative command. The gateway sends no command that changes the server's settings.
        options.AllowAdmin = true;
        options.ConfigurationChannel = "";
        if (PasswordFile is not null)
        {
            options.Password = (await File.ReadAllTextAsync(PasswordFile, cancellationToken)).TrimEnd('\r', '\n');
        }

        options.CertificateValidation += (_, certificate, _, errors) =>
        {
            var isTrusted = Authorities is { } authorities ? IsTrusted(certificate, errors, authorities) : errors == SslPolicyErrors.None;
            if (!isTrusted)
            {
                untrusted();
            }

            return isTrusted;
        };

        if (Certificate is { } client)
        {
            options.CertificateSelection += (_, _, _, _, _) => client;
        }

        return options;
    }

    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        // A wrong name or a missing certificate is an error whichever authority is trusted.
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        // Private authorities seldom publish revocation lists that the gateway can reach.
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(leaf);
    }
}
