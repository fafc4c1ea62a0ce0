using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Jose;

namespace Gateway.IntegrationTests.Issuers.Decryption;

/// <summary>Encrypted tokens through a whole gateway: what the client and the destination see, and keys that rotate.</summary>
public sealed class EncryptedTokenProxyTests : IAsyncLifetime
{
    private readonly EncryptionKey _key = EncryptionKey.Rsa("one");
    private readonly EncryptionKey _next = EncryptionKey.Ec("two");
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_issuer, _destination)
                .With("Gateway:Issuers:shop:Keys:DecryptionFile", "\"enc/keys.json\"")
                .With("Gateway:Identity", """{ "Payload": { "Header": "X-Auth-Payload" } }""")
                .With("Gateway:Policies:signed", """{ "Claims": [ { "Path": "$jose.typ", "Equals": "at+jwt" } ] }""")
                .With("ReverseProxy:Routes:signed", TestGateway.Route("signed", "/signed/{**rest}").ToJsonString()),
            files: new Dictionary<string, string> { ["enc/keys.json"] = EncryptionKey.KeySet(_key) });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.Dispose();
        _next.Dispose();
    }

    [Fact]
    public async Task Destination_gets_the_identity_of_the_signed_token_inside()
    {
        var signed = _issuer.Token().Build();
        var token = Encrypted(signed);

        for (var request = 0; request < 2; request++)
        {
            using var response = await _gateway.GetAsync("/signed/orders", token);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            _destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
            _destination.Last.Header("X-Auth-Payload").ShouldBe(signed.Split('.')[1]);
            _destination.Last.Header("Authorization").ShouldBeNull();
        }
    }

    [Fact]
    public async Task Responses_to_tokens_that_do_not_decrypt_are_alike()
    {
        var parts = Encrypted(_issuer.Token().Build()).Split('.');
        var cbc = _key.Encrypt(_issuer.Token().Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A128CBC_HS256).Split('.');
        string[] bad =
        [
            // The padding of the key, a key of another length, the tag, the padding of the content, and an unknown key.
            string.Join('.', parts[0], Changed(parts[1]), parts[2], parts[3], parts[4]),
            string.Join('.', parts[0], cbc[1], parts[2], parts[3], parts[4]),
            string.Join('.', parts[0], parts[1], parts[2], parts[3], Changed(parts[4])),
            string.Join('.', cbc[0], cbc[1], cbc[2], Changed(cbc[3]), cbc[4]),
            string.Join('.', cbc[0], cbc[1], Changed(cbc[2]), cbc[3], cbc[4]),
            _next.Encrypt(_issuer.Token().Build(), JweAlgorithm.ECDH_ES, JweEncryption.A256GCM),
        ];

        var answers = new HashSet<string>();
        foreach (var token in bad)
        {
            using var response = await _gateway.GetAsync("/private/orders", token);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
            body["reason"]!.GetValue<string>().ShouldBe("undecryptable");
            body.Remove("traceId");
            answers.Add($"{response.Headers.WwwAuthenticate} {body.ToJsonString()}");
        }

        answers.Count.ShouldBe(1);
        _destination.Received.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Key_file_is_read_again_when_it_changes()
    {
        var token = _next.Encrypt(_issuer.Token().Build(), JweAlgorithm.ECDH_ES_A256KW, JweEncryption.A256CBC_HS512);
        (await StatusAsync(token)).ShouldBe(401);
        var file = Path.Combine(Path.GetDirectoryName(_gateway.ConfigFile)!, "enc/keys.json");

        await File.WriteAllTextAsync(file, EncryptionKey.KeySet(_next)[..50]);
        await Eventually.TrueAsync(
            () => _gateway.Logs.Lines.Any(line => line.Contains("Cannot use the decryption keys", StringComparison.Ordinal)),
            "the half is seen");
        (await StatusAsync(Encrypted(_issuer.Token().Build()))).ShouldBe(200);
        await File.WriteAllTextAsync(file, EncryptionKey.KeySet(_next, _key));

        await Eventually.TrueAsync(async () => await StatusAsync(token) == 200, "the new key is read");
        (await StatusAsync(Encrypted(_issuer.Token().Build()))).ShouldBe(200);
    }

    private static string Changed(string part) => (part[0] == 'A' ? "B" : "A") + part[1..];

    private string Encrypted(string signed) => _key.Encrypt(signed, JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM);

    private async Task<int> StatusAsync(string token)
    {
        using var response = await _gateway.GetAsync("/private/a", token);
        return (int)response.StatusCode;
    }
}
