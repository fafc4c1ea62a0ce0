using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>
/// npm oidc-provider, which binds its tokens to DPoP keys and client certificates, and a gateway with nonces and TLS. The files of the
/// certificates are for clients that are other programs.
/// </summary>
public sealed class BoundTokenGateway : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clients-");
    private readonly TestAuthority _authority = new();
    private readonly EncryptionKey _encryption = EncryptionKey.Ec();
    private Script _provider = null!;

    /// <summary>The first line of the provider.</summary>
    internal JsonNode Provider { get; private set; } = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    internal TestGateway Gateway { get; private set; } = null!;

    /// <summary>The options of an undici agent with the client certificate that the provider knows.</summary>
    internal JsonObject Tls => new() { ["ca"] = Read("ca.crt"), ["cert"] = Read("client.crt"), ["key"] = Read("client.key") };

    public async ValueTask InitializeAsync()
    {
        using var server = _authority.Issue();
        using var client = TestAuthority.SelfSigned("CN=client");
        using var other = TestAuthority.SelfSigned("CN=other");
        await File.WriteAllTextAsync(PathOf("ca.crt"), _authority.Pem);
        foreach (var (name, certificate) in new[] { ("server", server), ("client", client), ("other", other) })
        {
            await File.WriteAllTextAsync(PathOf($"{name}.crt"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(PathOf($"{name}.key"), TestAuthority.KeyOf(certificate));
        }

        _provider = Script.Start(
            "node", Path.Combine(Script.Interop, "oidc-provider.mjs"),
            "--encrypt", new JsonObject { ["jwk"] = _encryption.ToPrivateJwk(), ["alg"] = "ECDH-ES", ["enc"] = "A256GCM" }.ToJsonString(),
            "--mtls",
            new JsonObject { ["cert"] = Read("server.crt"), ["key"] = Read("server.key"), ["client"] = Read("client.crt") }.ToJsonString());
        Provider = JsonNode.Parse(await _provider.ReadLineAsync())!;
        Destination = await RecordingDestination.StartAsync();
        Gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(Destination)
                .With("Gateway:Dpop", """{ "Nonce": true }""")
                .With("Gateway:ClientCertificate", """{ "AllowUntrusted": true }""")
                .With("Gateway:Issuers:provider", $$"""
                    {
                      "Issuer": "{{Provider["issuer"]}}", "Audiences": ["shop-api"],
                      "Keys": { "Discovery": true, "DecryptionFile": "decryption.json" },
                      "Introspection": { "ClientId": "gateway", "SecretFile": "client.secret", "Timeout": "00:00:20" }
                    }
                    """)
                .With(
                    "Kestrel:Endpoints:tls",
                    """
                    { "Url": "https://127.0.0.1:0", "ClientCertificateMode": "AllowCertificate",
                      "Certificate": { "Path": "tls.crt", "KeyPath": "tls.key" } }
                    """),
            files: new Dictionary<string, string>
            {
                ["client.secret"] = Provider["clientSecret"]!.GetValue<string>(),
                ["decryption.json"] = EncryptionKey.KeySet(_encryption),
                ["tls.crt"] = Read("server.crt"),
                ["tls.key"] = Read("server.key"),
            });
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Destination.DisposeAsync();
        await _provider.DisposeAsync();
        _encryption.Dispose();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The value in the provider's first line.</summary>
    internal string Of(string name) => Provider[name]!.GetValue<string>();

    internal string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private string Read(string file) => File.ReadAllText(PathOf(file));
}
