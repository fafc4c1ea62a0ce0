using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Testing;
using Jose;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Errors;

/// <summary>
/// Gateways that can reject for every reason, in Production and in Development. Each has an issuer without a usable key, and a twin
/// whose revocation store cannot be read.
/// </summary>
public sealed class RejectionGateways : IAsyncLifetime
{
    private const string Issuer = "https://idp.example/shop";
    private const string DarkIssuer = "https://idp.example/dark";

    private readonly SigningKey _key = SigningKey.Rsa();
    private readonly SigningKey _proofKey = SigningKey.Ec();
    private readonly Dictionary<(string Environment, bool IsStale), TestGateway> _gateways = [];

    private readonly EncryptionKey _ours = EncryptionKey.Secret(16);
    private FakeIntrospection _introspection = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Destination = await RecordingDestination.StartAsync();
        _introspection = await FakeIntrospection.StartAsync();
        // The server responds to this token with something of no use.
        _introspection.Knows("unclear", new JsonObject { ["active"] = "perhaps" });
        var files = new Dictionary<string, string>
        {
            ["keys.json"] = new JsonObject { ["keys"] = new JsonArray(_key.ToJwk()) }.ToJsonString(),
            ["directory/file"] = "",
            ["client.secret"] = "secret",
            ["decryption.json"] = EncryptionKey.KeySet(_ours),
        };
        foreach (var environment in (string[])["Production", "Development"])
        {
            foreach (var isStale in (bool[])[false, true])
            {
                var gateway = await TestGateway.StartAsync(Configuration(isStale), null, files, waitUntilReady: false, environment);
                _gateways[(environment, isStale)] = gateway;
                await Eventually.TrueAsync(async () => await IsLoadedAsync(gateway, isStale), "the keys are loaded");
            }
        }
    }

    internal TestGateway For(string environment, RejectionReason? reason = null) =>
        _gateways[(environment, reason == RejectionReason.RevocationUnavailable)];

    internal TokenBuilder Token(string issuer = Issuer) => new(_key, issuer);

    /// <summary>A request that is good but for this one reason.</summary>
    internal async Task<HttpRequestMessage> RequestAsync(RejectionReason reason, HttpMethod method, string environment)
    {
        using var stranger = SigningKey.Rsa();
        using var other = EncryptionKey.Secret(16);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var path = reason switch
        {
            RejectionReason.InsufficientScope => "/writers/orders",
            RejectionReason.ClaimMismatch => "/tenants/orders",
            RejectionReason.InsufficientAuthentication => "/strong/orders",
            RejectionReason.ExchangeUnavailable => "/exchanging/orders",
            _ => "/private/orders",
        };
        var token = reason switch
        {
            RejectionReason.Missing => null,
            RejectionReason.Malformed => "eyJhbGciOiJub25lIn0.e30.",
            RejectionReason.TooLarge => Token().With("pad", new string('x', 13_000)).Build(),
            RejectionReason.MultipleTokens => $"{Token().Build()}, Bearer {Token().Build()}",
            RejectionReason.UnsupportedAlgorithm => Token().WithHeader("alg", "none").Build(),
            RejectionReason.WrongType => Token().WithHeader("typ", "id+jwt").Build(),
            RejectionReason.UnknownIssuer => Token("https://idp.example/Shop").Build(),
            RejectionReason.UnknownKey => Token().WithHeader("kid", "other").Build(),
            RejectionReason.BadSignature => new TokenBuilder(stranger, Issuer).Build(),
            RejectionReason.Expired => Token().With("iat", now - 7200).With("exp", now - 3600).Build(),
            RejectionReason.NotYetValid => Token().With("nbf", now + 3600).With("exp", now + 7200).Build(),
            RejectionReason.LifetimeTooLong => Token().With("exp", now + (10 * 86_400)).Build(),
            RejectionReason.WrongAudience => Token().With("aud", "other-api").Build(),
            RejectionReason.MissingClaim => Token().Without("exp").Build(),
            RejectionReason.BadClaim => Token().With("cnf", new JsonObject { ["jkt"] = "x" }).Build(),
            RejectionReason.ProofMissing or RejectionReason.BadProof or RejectionReason.ProofNonce =>
                Token().With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(_proofKey) }).Build(),
            RejectionReason.Revoked => await RevokedAsync(For(environment)),
            RejectionReason.KeysUnavailable => Token(DarkIssuer).Build(),
            RejectionReason.Undecryptable => other.Encrypt(Token().Build(), JweAlgorithm.DIR, JweEncryption.A128GCM),
            RejectionReason.Inactive => "opaque",
            RejectionReason.IntrospectionUnavailable => "unclear",
            _ => Token().Build(),
        };
        return reason is RejectionReason.BadProof or RejectionReason.ProofNonce
            ? Proven(method, path, token!, reason, For(environment))
            : TestGateway.Request(method, path, token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways.Values)
        {
            await gateway.DisposeAsync();
        }

        await Destination.DisposeAsync();
        _key.Dispose();
        _proofKey.Dispose();
        _ours.Dispose();
        await _introspection.DisposeAsync();
    }

    /// <summary>A good proof without a nonce, or one that is wrong before that matters.</summary>
    private HttpRequestMessage Proven(HttpMethod method, string path, string token, RejectionReason reason, TestGateway gateway)
    {
        var proof =
            new ProofBuilder(_proofKey).For(reason == RejectionReason.BadProof ? HttpMethod.Trace : method, gateway.Address + path, token);
        return ProofBuilder.Request(method, path, token, proof.Build());
    }

    private JsonObject Configuration(bool isStale) => new JsonObject()
        .With(
            "Gateway:Issuers:shop",
            $$"""{ "Issuer": "{{Issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "keys.json", "DecryptionFile": "decryption.json" } }""")
        .With(
            "Gateway:Issuers:dark",
            $$"""{ "Issuer": "{{DarkIssuer}}", "Audiences": ["shop-api"], "Keys": { "JwksUri": "https://127.0.0.1:1/keys", "AllowHttp": true } }""")
        .With(
            "Gateway:Issuers:dark:Introspection",
            $$"""{ "Endpoint": "{{_introspection.Address}}", "ClientId": "gateway", "SecretFile": "client.secret", "Timeout": "00:00:30" }""")
        .With("Gateway:Revocation", isStale ? """{ "Store": "Sqlite", "Sqlite": { "Path": "directory" } }""" : """{ "Store": "Memory" }""")
        .With("Gateway:Dpop", """{ "Nonce": true }""")
        .WithRoute("private", "Authenticated")
        .WithPolicy("writers", """{ "Scopes": { "All": ["orders:read", "orders:write"] } }""")
        .WithPolicy("tenants", """{ "Claims": [{ "Path": "tenant", "Equals": "acme" }] }""")
        .WithPolicy("strong", """{ "StepUp": { "Acr": ["mfa"], "MaxAge": "00:05:00" } }""")
        .With(
            "Gateway:Exchanges:orders",
            """{ "TokenEndpoint": "https://127.0.0.1:1/token", "ClientId": "gateway", "SecretFile": "client.secret", "Audience": "orders" }""")
        .With("Gateway:Clusters:exchanging:Exchange", "\"orders\"")
        .WithRoute("exchanging", "Authenticated", """{ "ClusterId": "exchanging" }""")
        .WithCluster("exchanging", Destination.Address)
        .WithCluster("recorder", Destination.Address);

    private static async Task<bool> IsLoadedAsync(TestGateway gateway, bool isStale)
    {
        using var probe = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        var checks = await probe.GetStringIgnoringStatusAsync("/readyz?verbose");
        return checks.Contains("[+] keys:shop", StringComparison.Ordinal)
            && checks.Contains(isStale ? "[-] revocations" : "[+] revocations", StringComparison.Ordinal);
    }

    private async Task<string> RevokedAsync(TestGateway gateway)
    {
        var token = Token();
        var tokenId = token.Claims["jti"]!.GetValue<string>();
        await gateway.Services.GetRequiredService<IRevocationLog>().AppendAsync(
            [new RevocationEntry(RevocationKind.Jti, Issuer, tokenId, long.MaxValue)], CancellationToken.None);
        var list = gateway.Services.GetRequiredService<RevocationList>();
        await Eventually.TrueAsync(() => list.Set.Count > 0, "the revocation is known");
        // Several tests revoke here; the last entry applied is not necessarily this one.
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await gateway.GetAsync("/private/orders", token.Build());
                return answer.StatusCode == System.Net.HttpStatusCode.Unauthorized;
            },
            "the revocation is enforced");
        Destination.Forget();
        return token.Build();
    }
}
