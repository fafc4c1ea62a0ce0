using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>
/// <c>/admin</c> while the revocation store is down for longer than <c>MaxStaleness</c>: administrators must still see the state of the
/// gateway.
/// </summary>
public sealed class AdminOutageTests : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Rsa();
    private readonly ShiftedClock _clock = new();
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        _gateway = await AdminGateway.StartAsync(
            _destination,
            _key,
            "Production",
            hasPolicy: true,
            configuration =>
                configuration.With("Gateway:Revocation", """{ "Store": "Sqlite", "Sqlite": { "Path": "data/revocations.db" } }"""),
            _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task Tokens_of_administrators_are_checked_against_the_last_known_list_while_the_store_is_down()
    {
        var (good, revoked, weak) = (Token("carol", "gateway:admin"), Token("mallory", "gateway:admin"), Token("carol", "orders:read"));
        (await _gateway.RevokeAsync("""{ "kind": "sub", "value": "mallory" }""", good)).Status.ShouldBe(200);
        await Eventually.TrueAsync(async () => await StatusAsync(revoked) == 401, "the revocation is in effect");

        BreakStore();
        _clock.Advance(TimeSpan.FromSeconds(11));
        await _gateway.UntilAsync(weak, 503);

        (await StatusAsync(good)).ShouldBe(200);
        (await StatusAsync(revoked)).ShouldBe(401);
        (await StatusAsync(weak)).ShouldBe(403);
        (await StatusAsync(null)).ShouldBe(401);
        (await _gateway.RevokeAsync("""{ "kind": "sub", "value": "eve" }""", good)).ShouldBeUnavailable();
    }

    private string Token(string subject, string scope) =>
        new TokenBuilder(_key, AdminGateway.Issuer).With("sub", subject).With("scope", scope).Build();

    private async Task<int> StatusAsync(string? token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_gateway.ManagementAddress) };
        using var request = TestGateway.Request(HttpMethod.Get, "/admin/issuers", token);
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private void BreakStore()
    {
        var store = Path.Combine(Path.GetDirectoryName(_gateway.ConfigFile)!, "data", "revocations.db");
        foreach (var file in (string[])[store, store + "-wal", store + "-shm"])
        {
            File.Delete(file);
        }

        Directory.CreateDirectory(store);
    }
}
