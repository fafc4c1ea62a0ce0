using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>TLS with a private authority and a client certificate that Redis insists on.</summary>
public sealed class RedisTlsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tls-");
    private readonly int _port = RedisServer.FreePort();
    private RedisServer _redis = null!;
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        using var authority = Authority("authority");
        using var stranger = Authority("stranger");
        await IssueAsync(authority, "server");
        await IssueAsync(authority, "client");
        _redis = await RedisServer.StartAsync(
            null, "--tls-port", _port.ToString(CultureInfo.InvariantCulture), "--tls-cert-file", PathOf("server.pem"), "--tls-key-file",
            PathOf("server.key"),
            "--tls-ca-cert-file", PathOf("authority.pem"), "--tls-auth-clients", "yes");
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _issuer.DisposeAsync();
        await _destination.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Trusted_server_and_client_talk()
    {
        await using var gateway = await TestGateway.StartAsync(Configuration("authority", "client"));

        (await RedisGateways.StatusAsync(gateway, _issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => await _redis.CommandAsync("EXISTS", "gateway:keys:shop") == "1", "the keys are shared");
    }

    [Theory]
    [InlineData("stranger", "client", "certificate is not trusted")]
    [InlineData("authority", null, "Redis at")]
    public async Task Stranger_at_either_end_is_no_connection(string authority, string? client, string expected)
    {
        await using var gateway = await TestGateway.StartAsync(Configuration(authority, client), waitUntilReady: false);

        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains(expected, StringComparison.Ordinal)), "the rejection is logged");
        (await RedisGateways.StatusAsync(gateway, _issuer.Token().Build())).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    private JsonObject Configuration(string authority, string? client)
    {
        var configuration = TestGateway.Configuration(_issuer, _destination);
        configuration["Gateway"]!["Revocation"] = new JsonObject
        {
            ["Store"] = "Redis",
            ["Redis"] = new JsonObject
            {
                ["Connection"] = $"localhost:{_port},ssl=true",
                ["CaFile"] = PathOf($"{authority}.pem"),
                ["CertificateFile"] = client is null ? null : PathOf($"{client}.pem"),
                ["CertificateKeyFile"] = client is null ? null : PathOf($"{client}.key"),
            },
        };
        return configuration;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        return certificate;
    }

    private async Task IssueAsync(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
