using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.ExternalAuthorization;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.ExternalAuthorization;

/// <summary>Who may ask for decisions.</summary>
public sealed class CallerTests
{
    [Fact]
    public async Task Caller_from_another_address_gets_no_decision()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration => AuthorizedGateway.Open(configuration).With("Gateway:TrustedProxies", """["192.0.2.1"]"""));

        using var response = await parts.Gateway.AskAsync("/public/a", headers: ("X-Forwarded-For", "192.0.2.1"));
        var grpc = await Script.RunAsync(
            "node", [Path.Combine(Script.Interop, "grpc.mjs"), "call", new Uri(parts.Gateway.AuthorizationAddress).Authority]);

        await response.ShouldBeProblemAsync(403);
        JsonNode.Parse(grpc.Output)!.AsObject().ShouldAllBe(call => call.Value!["code"]!.GetValue<int>() == 7, grpc.Output);
        await Eventually.TrueAsync(
            () => parts.Gateway.Logs.Lines.Any(line => line.Contains("is not in Gateway:TrustedProxies", StringComparison.Ordinal)),
            "the log says so");
    }

    [Fact]
    public async Task Caller_with_a_certificate_of_the_authority_is_trusted_and_no_other()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority();
        using var server = authority.Issue();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(issuer, destination, server, authority);
        gateway.AuthorizationAddress.ShouldStartWith("https://");

        (await StatusAsync(gateway, authority, authority)).ShouldBe(200);
        (await StatusAsync(gateway, authority, null)).ShouldBe(403);
        await Should.ThrowAsync<HttpRequestException>(() => StatusAsync(gateway, authority, stranger));
    }

    [Fact]
    public async Task Certificate_files_are_followed_beside_an_authority_of_callers()
    {
        using var authority = new TestAuthority();
        using var next = new TestAuthority();
        using var server = authority.Issue();
        using var renewed = next.Issue();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(issuer, destination, server, authority);
        (await StatusAsync(gateway, authority, authority)).ShouldBe(200);

        var folder = Path.GetDirectoryName(gateway.ConfigFile)!;
        foreach (var (name, content) in FilesOf(renewed))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), content);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await StatusAsync(gateway, next, authority) == 200;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "handshakes have the new certificate");
        (await StatusAsync(gateway, next, null)).ShouldBe(403);
    }

    [Fact]
    public async Task Without_the_section_there_is_no_such_listener()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });

        parts.Gateway.Services.GetServices<IHostedService>().OfType<AuthorizationServer>().Single().Address.ShouldBeNull();
    }

    private static Task<TestGateway> StartAsync(
        FakeIssuer issuer, RecordingDestination destination, X509Certificate2 server, TestAuthority authority) => TestGateway.StartAsync(
        TestGateway.Configuration(issuer, destination).With("Gateway:ExternalAuthorization", """
            {
              "Port": 0, "Protocols": ["ForwardAuth", "Envoy"], "Certificate": { "Path": "tls.crt", "KeyPath": "tls.key" },
              "ClientCaFile": "ca.crt"
            }
            """),
        files: new Dictionary<string, string>(FilesOf(server)) { ["ca.crt"] = authority.Pem });

    private static Dictionary<string, string> FilesOf(X509Certificate2 server) => new()
    {
        ["tls.crt"] = server.ExportCertificatePem(),
        ["tls.key"] = server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
    };

    private static async Task<int> StatusAsync(TestGateway gateway, TestAuthority server, TestAuthority? authority)
    {
        using var certificate = authority?.Issue();
        using var handler = new SocketsHttpHandler();
        using var root = X509Certificate2.CreateFromPem(server.Pem);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { root },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        using var client = new HttpClient(handler) { BaseAddress = new Uri(gateway.AuthorizationAddress) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/authorize");
        request.Headers.Add("X-Original-Method", "GET");
        request.Headers.Add("X-Original-URL", "http://localhost/public/a");
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
