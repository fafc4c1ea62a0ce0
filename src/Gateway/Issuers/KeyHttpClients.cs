using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Issuers;

/// <summary>The HTTP client of one issuer: its trust, its way out, its extra headers.</summary>
internal static class KeyHttpClients
{
    // Web application firewalls in front of providers reject requests without a User-Agent.
    private static readonly ProductInfoHeaderValue Product = new("Gateway", typeof(KeyHttpClients).Assembly.GetName().Version?.ToString(3));

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <param name="tokenFile">The file with the bearer token to send; null for none.</param>
    /// <param name="authorities">The certificates to trust in place of the system's, in PEM; null for the system's.</param>
    public static HttpClient Create(
        string? authorities, Uri? proxy, IEnumerable<KeyValuePair<string, string>> headers, string? tokenFile)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            MaxResponseHeadersLength = 32,
            // Connections are renewed so that a provider that moves in DNS is found again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ActivityHeadersPropagator = null,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : new WebProxy(proxy),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = FetchFault.CheckCertificate;
        if (authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // A private authority seldom publishes revocation lists that we could reach.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        }

        var client = new HttpClient(tokenFile is null ? handler : new KeyToken(tokenFile, handler));
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        if (!client.DefaultRequestHeaders.Contains("User-Agent"))
        {
            client.DefaultRequestHeaders.UserAgent.Add(Product);
        }

        return client;
    }
}
