using System.Buffers.Text;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Tokens that are bound to a client certificate (RFC 8705), of a TLS connection or of a trusted proxy's header.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _client = TestAuthority.SelfSigned("CN=client");
    private readonly X509Certificate2 _other = TestAuthority.SelfSigned("CN=other");
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
        _authority.Dispose();
        _client.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Token_passes_with_its_certificate_of_the_connection_and_with_no_other(string version)
    {
        await using var gateway = await StartTlsAsync(allowUntrusted: true);
        using var own = CreateClient(gateway, _client, version);
        using var stranger = CreateClient(gateway, _other, version);
        using var without = CreateClient(gateway, null, version);
        var token = Token();

        (await StatusAsync(own, token)).ShouldBe(200);
        (await StatusAsync(own, token)).ShouldBe(200);
        _destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        (await StatusAsync(stranger, token)).ShouldBe(401);
        (await StatusAsync(without, token)).ShouldBe(401);
        (await StatusAsync(without, _issuer.Token().Build())).ShouldBe(200);
        (await StatusAsync(own, _issuer.Token().Build(), "/bound/x")).ShouldBe(401);
        (await StatusAsync(own, token, "/bound/x")).ShouldBe(200);
    }

    [Fact]
    public async Task Self_signed_certificate_ends_the_handshake_unless_that_is_allowed()
    {
        await using var gateway = await StartTlsAsync(allowUntrusted: false);
        using var client = CreateClient(gateway, _client, "1.1");

        await Should.ThrowAsync<HttpRequestException>(() => StatusAsync(client, Token()));
    }

    [Fact]
    public async Task Header_of_a_trusted_proxy_counts_in_each_of_its_forms_and_stays_here()
    {
        await using var gateway = await StartAsync("127.0.0.1");
        var (token, pem) = (Token(), Uri.EscapeDataString(_client.ExportCertificatePem()));
        string[] good =
        [
            pem, Convert.ToBase64String(_client.RawData), $":{Convert.ToBase64String(_client.RawData)}:",
            $"Hash={_client.GetCertHashString(HashAlgorithmName.SHA256)}",
            $"By=spiffe://a;Cert=\"{pem}\";Subject=\"CN=client\"",
        ];
        string?[] bad =
        [
            null, "", "text", Uri.EscapeDataString(_other.ExportCertificatePem()), pem[..^9].Replace("M", "N", StringComparison.Ordinal),
            new string('A', 17_000),
            $"Hash={_client.GetCertHashString(HashAlgorithmName.SHA256)},Hash={_other.GetCertHashString(HashAlgorithmName.SHA256)}",
        ];

        foreach (var header in good)
        {
            (await StatusAsync(gateway.Client, token, header: header)).ShouldBe(200, header);
            _destination.Last.Headers.Keys.ShouldNotContain(name => name.Contains("Cert", StringComparison.OrdinalIgnoreCase));
        }

        foreach (var header in bad)
        {
            (await StatusAsync(gateway.Client, token, header: header)).ShouldBe(401, header);
        }
    }

    [Fact]
    public async Task Two_headers_of_a_trusted_proxy_are_one_too_many()
    {
        await using var gateway = await StartAsync("127.0.0.1");
        var hash = $"Hash={_client.GetCertHashString(HashAlgorithmName.SHA256)}";

        var answer = await RawHttp.SendAsync(
            gateway.Address,
            $"GET /private/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {Token()}\r\nX-Forwarded-Client-Cert: " +
                $"{hash}\r\nX-Forwarded-Client-Cert: {hash}\r\nConnection: close\r\n\r\n",
            TestContext.Current.CancellationToken);

        RawHttp.StatusOf(answer).ShouldBe(401);
    }

    [Theory]
    [InlineData("192.0.2.1", "X-Forwarded-Client-Cert")]
    [InlineData("127.0.0.1", "X_Forwarded_Client_Cert")]
    public async Task Header_of_another_sender_and_in_another_spelling_proves_nothing_and_reaches_no_destination(
        string trusted, string header)
    {
        await using var gateway = await StartAsync(trusted);
        var hash = $"Hash={_client.GetCertHashString(HashAlgorithmName.SHA256)}";

        (await StatusAsync(gateway.Client, Token(), header: hash, name: header)).ShouldBe(401);
        (await StatusAsync(gateway.Client, null, "/public/x", hash, header)).ShouldBe(200);

        _destination.Last.Headers.Keys.ShouldNotContain(name => name.Contains("Cert", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Token_that_is_bound_to_both_needs_both_proofs()
    {
        await using var gateway = await StartAsync("127.0.0.1");
        using var key = SigningKey.Ec();
        var token =
            _issuer.Token().With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(key), ["x5t#S256"] = HashOf(_client) }).Build();
        foreach (var (certificate, status) in new[] { (_client, 200), (_other, 401), (null, 401) })
        {
            var proof = new ProofBuilder(key).For(HttpMethod.Get, $"{gateway.Address}/private/x", token).Build();
            using var request = ProofBuilder.Request(HttpMethod.Get, "/private/x", token, proof);
            if (certificate is not null)
            {
                request.Headers.Add("X-Forwarded-Client-Cert", $"Hash={certificate.GetCertHashString(HashAlgorithmName.SHA256)}");
            }

            using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

            ((int)response.StatusCode).ShouldBe(status);
        }

        (await StatusAsync(gateway.Client, token, header: $"Hash={_client.GetCertHashString(HashAlgorithmName.SHA256)}")).ShouldBe(401, "as a bearer token");
    }

    private string Token() => _issuer.Token().With("cnf", new JsonObject { ["x5t#S256"] = HashOf(_client) }).Build();

    private static string HashOf(X509Certificate2 certificate) => Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));

    private Task<TestGateway> StartAsync(string trusted) => TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination)
        .With("Gateway:TrustedProxies", new JsonArray(trusted)).With(
            "Gateway:ClientCertificate", """{ "Header": "X-Forwarded-Client-Cert" }"""));

    private async Task<TestGateway> StartTlsAsync(bool allowUntrusted)
    {
        using var server = _authority.Issue();
        var files = new Dictionary<string, string>
        {
            ["tls.crt"] = server.ExportCertificatePem(),
            ["tls.key"] = TestAuthority.KeyOf(server),
        };
        var configuration = TestGateway.Configuration(_issuer, _destination)
            .WithPolicy("bound", """{ "SenderConstraint": "Required" }""")
            .With("Gateway:ClientCertificate", new JsonObject { ["AllowUntrusted"] = allowUntrusted })
            .With("Kestrel:Endpoints:tls", JsonNode.Parse(
                """{ "Url": "https://127.0.0.1:0", "ClientCertificateMode": "AllowCertificate", "Certificate": { "Path": "tls.crt", "KeyPath": "tls.key" } }"""));
        return await TestGateway.StartAsync(configuration, files: files);
    }

    private static HttpClient CreateClient(TestGateway gateway, X509Certificate2? certificate, string version) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // The server's certificate is not what is tested.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            ClientCertificates = certificate is null ? null : [certificate],
        },
    })
    {
        BaseAddress = new Uri(gateway.HttpsAddress),
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<int> StatusAsync(
        HttpClient client, string? token, string path = "/private/x", string? header = null, string name = "X-Forwarded-Client-Cert")
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(name, header);
        }

        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
