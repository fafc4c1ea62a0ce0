using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>A provider with two realms, and gateways with one entry for all of them.</summary>
public abstract class RealmFamily : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _asked = new();

    private protected Dictionary<string, SigningKey> Realms { get; } =
        new() { ["red"] = SigningKey.Rsa("key-of-red"), ["blue"] = SigningKey.Rsa("key-of-blue") };

    private protected ShiftedClock Clock { get; } = new();

    private protected RecordingDestination Destination { get; private set; } = null!;

    private protected LoopbackServer Provider { get; private set; } = null!;

    /// <summary>What the provider was asked for.</summary>
    private protected IReadOnlyCollection<string> Asked => _asked;

    /// <summary>The provider answers when it completes.</summary>
    private protected Task Held { get; set; } = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        Destination = await RecordingDestination.StartAsync();
        Provider = await LoopbackServer.StartAsync(AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Provider.DisposeAsync();
        await Destination.DisposeAsync();
        foreach (var key in Realms.Values)
        {
            key.Dispose();
        }
    }

    private protected string Issuer(string realm) => $"{Provider.Address}/realms/{realm}";

    private protected string Token(string realm) => new TokenBuilder(Realms[realm], Issuer(realm), Clock).Build();

    private protected string Invented(int number) => new TokenBuilder(Realms["red"], Issuer($"r-{number}"), Clock).Build();

    private protected IEnumerable<IGrouping<string, string>> InventedAsked() =>
        Asked.Where(path => path.Contains("r-", StringComparison.Ordinal)).GroupBy(path => path.Split("r-")[^1].Split('/')[0]);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _asked.Enqueue(path);
        await Held;
        foreach (var (realm, key) in Realms)
        {
            if (path == $"/realms/{realm}/.well-known/openid-configuration")
            {
                await context.Response.WriteAsync(
                    new JsonObject { ["issuer"] = Issuer(realm), ["jwks_uri"] = $"{Issuer(realm)}/keys" }.ToJsonString());
                return;
            }

            if (path == $"/realms/{realm}/keys")
            {
                await context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString());
                return;
            }
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private protected Task<TestGateway> StartAsync(string template, Action<JsonObject>? edit = null)
    {
        var configuration = TestGateway.Configuration(Destination).With(
            "Gateway:Issuers:family",
            $$"""{ "Issuer": "{{Provider.Address}}/realms/{realm}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""")
            .With("Gateway:Issuers:family:Template", template)
            // Tests move the clock, and the revocation list must not be too old for that.
            .With("Gateway:Revocation:MaxStaleness", JsonValue.Create("01:00:00"));
        edit?.Invoke(configuration);
        return TestGateway.StartAsync(configuration, Clock);
    }

    private protected static async Task<int> StatusAsync(TestGateway gateway, string token, string path = "/private/a")
    {
        using var answer = await gateway.GetAsync(path, token);
        return (int)answer.StatusCode;
    }
}
