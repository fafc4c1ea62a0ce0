using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Benchmarks.Measure.Load;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;
using StackExchange.Redis;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>
/// What all peers of a run share: the destination, the identity provider, keys, the certificate, and a folder that is deleted at the end.
/// </summary>
internal sealed class MeasureSite : IAsyncDisposable
{
    public const string OpaqueToken = "opaque-7d1c1f0e5b0d4b7f9a52";

    private readonly List<MeasuredProgram> _programs = [];
    private readonly FakeIntrospection _introspection;
    private readonly RedisServer _redis;

    private MeasureSite(string tokens, string product, FakeIntrospection introspection, RedisServer redis)
    {
        (Tokens, Product, _introspection, _redis) = (tokens, product, introspection, redis);
        Folder = Directory.CreateTempSubdirectory("gateway-measure-").FullName;
    }

    public string Folder { get; }

    /// <summary>The folder with the signed tokens and the keys.</summary>
    public string Tokens { get; }

    /// <summary>The folder of the published gateway.</summary>
    public string Product { get; }

    public string KnownToken => File.ReadLines(Path.Combine(Tokens, "RS256.txt")).First();

    /// <summary>The Redis server, in which the token <c>revoked</c> of the checks is revoked.</summary>
    public string Redis => _redis.Connection;

    public string IntrospectionEndpoint => _introspection.Address;

    /// <summary>The key that tokens are encrypted for.</summary>
    public EncryptionKey Encryption { get; } = EncryptionKey.Rsa();

    public string DestinationUrl { get; private set; } = "";

    public string ProviderUrl { get; private set; } = "";

    public string Certificate => Path.Combine(Folder, "tls.pem");

    public static async Task<MeasureSite> StartAsync(string tokens, string product, CancellationToken cancellationToken)
    {
        var active = FakeIntrospection.Active(ComparedKeys.Issuer);
        active["exp"] = TokensCommand.Claims("opaque")["exp"]!.DeepClone();
        var introspection = (await FakeIntrospection.StartAsync()).Knows(OpaqueToken, active);
        var site = new MeasureSite(tokens, product, introspection, await RedisServer.StartAsync());
        try
        {
            site.WriteCertificate();
            await site.RevokeAsync();
            var (destination, provider) = (site.CreateSettings(), site.CreateSettings());
            site._programs.Add(site.Serve("destination", destination));
            site._programs.Add(site.Serve("provider", provider));
            (site.DestinationUrl, site.ProviderUrl) = (destination.Url, provider.Url);
            await PeerCheck.WaitForAsync(new Uri(site.DestinationUrl), site._programs[0], cancellationToken);
            await PeerCheck.WaitForAsync(new Uri(site.ProviderUrl), site._programs[1], cancellationToken);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ports of its own for a .NET server of this program.</summary>
    public ServerSettings CreateSettings() => new()
    {
        Url = $"http://127.0.0.1:{RedisServer.FreePort()}",
        Http2Url = $"http://127.0.0.1:{RedisServer.FreePort()}",
        StatsUrl = $"http://127.0.0.1:{RedisServer.FreePort()}",
        TlsUrl = $"https://127.0.0.1:{RedisServer.FreePort()}",
        Certificate = Certificate,
        Destination = DestinationUrl,
        Provider = ProviderUrl,
        KeyFolder = Tokens,
    };

    public MeasuredProgram Serve(string name, ServerSettings settings)
    {
        var file = Path.Combine(Folder, $"{name}-{new Uri(settings.Url).Port}.json");
        File.WriteAllText(file, System.Text.Json.JsonSerializer.Serialize(settings, System.Text.Json.JsonSerializerOptions.Web));
        return MeasuredProgram.Start("dotnet", [typeof(MeasureSite).Assembly.Location, "serve", name, file]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _programs)
        {
            await program.DisposeAsync();
        }

        await _introspection.DisposeAsync();
        await _redis.DisposeAsync();
        Encryption.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    // As the gateway reads it, and as the key that an EXISTS asks for.
    private async Task RevokeAsync()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(Redis);
        var expires = TimeProvider.System.GetUtcNow().AddDays(30).ToUnixTimeSeconds();
        var database = client.GetDatabase();
        await database.StreamAddAsync(
            "gateway:revocations",
            [new("kind", "jti"), new("issuer", ComparedKeys.Issuer), new("value", "revoked"), new("expires", expires)]);
        await database.StringSetAsync("revoked:revoked", "1");
    }

    // One certificate for all peers: chain and key in one file for HAProxy and Kestrel, and each alone for the gateway.
    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest($"CN={MeasuredRequest.Host}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (publicPart, privatePart) = (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(Path.Combine(Folder, "tls.crt"), publicPart);
        File.WriteAllText(Path.Combine(Folder, "tls.key"), privatePart);
        File.WriteAllText(Certificate, publicPart + privatePart);
    }
}
