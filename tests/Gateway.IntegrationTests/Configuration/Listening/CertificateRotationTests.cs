using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Configuration.Listening;

/// <summary>A certificate in files that are swapped like a mounted Secret's.</summary>
public sealed class CertificateRotationTests : IAsyncLifetime
{
    private readonly TestAuthority _root = new();
    private readonly TestAuthority _authority;
    private readonly DirectoryInfo _mount = Directory.CreateTempSubdirectory("gateway-tls-");
    private RecordingDestination _destination = null!;
    private int _version;

    public CertificateRotationTests() => _authority = new TestAuthority(_root);

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        _mount.Delete(recursive: true);
        _authority.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task New_pair_is_shown_without_a_restart_and_a_bad_one_changes_nothing()
    {
        using var old = _authority.Issue();
        using var renewed = _authority.Issue();
        await MountAsync(old, old);
        await using var gateway =
            await TestGateway.StartAsync(TestGateway.Configuration(_destination), settings: new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:Tls:Url"] = "https://127.0.0.1:0",
                ["Kestrel:Endpoints:Tls:Certificate:Path"] = Path.Combine(_mount.FullName, "tls.crt"),
                ["Kestrel:Endpoints:Tls:Certificate:KeyPath"] = Path.Combine(_mount.FullName, "tls.key"),
            });
        var connections = 0;
        using var open = CreateClient(gateway, (_, _) => connections++);
        await EventuallyLoggedAsync(gateway, "is in use from now on");
        (await open.GetAsync("/public/x", TestContext.Current.CancellationToken)).Version.ShouldBe(HttpVersion.Version20);
        var (shown, sent) = await HandshakeAsync(gateway);
        shown.ShouldBe(old.Thumbprint);
        sent.ShouldContain(X509Certificate2.CreateFromPem(_authority.Pem).Thumbprint, "clients get the chain that is in the file");

        await MountAsync(renewed, old);
        await EventuallyLoggedAsync(gateway, "is rejected; the last valid one stays in use");
        (await HandshakeAsync(gateway)).Shown.ShouldBe(old.Thumbprint);

        await MountAsync(renewed, renewed);
        await Eventually.TrueAsync(async () => (await HandshakeAsync(gateway)).Shown == renewed.Thumbprint, "the new certificate is shown");

        (await open.GetAsync("/public/x", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        connections.ShouldBe(1, "a connection that is open stays so");
    }

    /// <summary>As the kubelet does it: a new folder, and one rename of the link to it.</summary>
    private async Task MountAsync(X509Certificate2 certificate, X509Certificate2 keyOf)
    {
        var folder = _mount.CreateSubdirectory($"..version_{++_version}");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "tls.crt"), $"{certificate.ExportCertificatePem()}\n{_authority.Pem}");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "tls.key"), keyOf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var link = Path.Combine(_mount.FullName, "..data_tmp");
        File.CreateSymbolicLink(link, folder.Name);
        (await Script.RunAsync("mv", ["-T", link, Path.Combine(_mount.FullName, "..data")])).ExitCode.ShouldBe(0);
        foreach (var name in new[] { "tls.crt", "tls.key" })
        {
            if (!File.Exists(Path.Combine(_mount.FullName, name)))
            {
                File.CreateSymbolicLink(Path.Combine(_mount.FullName, name), Path.Combine("..data", name));
            }
        }
    }

    private static Task EventuallyLoggedAsync(TestGateway gateway, string text) =>
        Eventually.TrueAsync(() => gateway.Logs.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), text);

    /// <summary>What a connection of its own is shown, and everything that is sent with it.</summary>
    private static async Task<(string Shown, string[] Sent)> HandshakeAsync(TestGateway gateway)
    {
        var (shown, sent) = ("", Array.Empty<string>());
        using var client = CreateClient(gateway, (certificate, chain) =>
            (shown, sent) = (certificate.GetCertHashString(), [.. chain.ChainPolicy.ExtraStore.Select(other => other.Thumbprint)]));
        using var response = await client.GetAsync("/public/x");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (shown, sent);
    }

    private static HttpClient CreateClient(TestGateway gateway, Action<X509Certificate, X509Chain> seen) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // What is shown is what the test looks at.
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                seen(certificate!, chain!);
                return true;
            },
#pragma warning restore CA5359
        },
    })
    {
        BaseAddress = new Uri(gateway.HttpsAddress),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
