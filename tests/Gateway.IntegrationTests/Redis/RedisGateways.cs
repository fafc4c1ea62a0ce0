using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.Host;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>A Redis, an issuer, a destination and replicas of one gateway, and the ways to revoke.</summary>
internal sealed class RedisGateways : IAsyncDisposable
{
    private readonly List<TestGateway> _gateways = [];

    public required RedisServer Redis { get; init; }

    public required FakeIssuer Issuer { get; init; }

    public required RecordingDestination Destination { get; init; }

    /// <summary>Changes the configuration of the gateways that start next.</summary>
    public Action<JsonObject> Configure { get; set; } = _ => { };

    public static async Task<RedisGateways> StartAsync(int count, Action<JsonObject>? configure = null, string? password = null)
    {
        var all = new RedisGateways
        {
            Redis = await RedisServer.StartAsync(password),
            Issuer = await FakeIssuer.StartAsync(),
            Destination = await RecordingDestination.StartAsync(),
        };
        all.Configure = configure ?? all.Configure;
        for (var i = 0; i < count; i++)
        {
            await all.AddAsync();
        }

        return all;
    }

    public IReadOnlyList<TestGateway> Gateways => _gateways;

    public TestGateway this[int index] => _gateways[index];

    public JsonObject Configuration()
    {
        var configuration = TestGateway.Configuration(Issuer, Destination);
        configuration["Gateway"]!["Revocation"] = new JsonObject
        {
            ["Store"] = nameof(Redis),
            [nameof(Redis)] = new JsonObject { ["Connection"] = Redis.Connection },
            ["MaxStaleness"] = "00:00:03",
        };
        Configure(configuration);
        return configuration;
    }

    public async Task<TestGateway> AddAsync(TimeProvider? time = null, bool waitUntilReady = true)
    {
        var gateway = await TestGateway.StartAsync(Configuration(), time, waitUntilReady: waitUntilReady);
        _gateways.Add(gateway);
        return gateway;
    }

    public async Task StopAsync(TestGateway gateway)
    {
        _gateways.Remove(gateway);
        await gateway.DisposeAsync();
    }

    /// <summary>Appends to the stream as any service may, and rings unless told not to.</summary>
    public async Task AppendAsync(string kind, string value, bool ring = true, string op = "revoke")
    {
        var id = await Redis.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", kind, "issuer", Issuer.Issuer, "value", value, "op", op,
            "expires", TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (ring)
        {
            await Redis.CommandAsync("PUBLISH", "gateway:revocations", id);
        }
    }

    /// <summary>Runs the gateway's own command line beside the running gateways.</summary>
    public async Task<ScriptResult> CommandAsync(params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Configuration().ToJsonString());
            return await Script.RunAsync(
                "env", ["DOTNET_ENVIRONMENT=Development", "dotnet", typeof(GatewayApp).Assembly.Location, .. arguments, "--config", file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Asks with the token until the answer has this status; how long that took.</summary>
    public static async Task<TimeSpan> UntilAsync(TestGateway gateway, string token, HttpStatusCode status)
    {
        var start = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(async () => await StatusAsync(gateway, token) == status, $"the answer is {status}");
        return TimeProvider.System.GetElapsedTime(start);
    }

    public static async Task<HttpStatusCode> StatusAsync(TestGateway gateway, string token, string path = "/private/orders")
    {
        using var response = await gateway.GetAsync(path, token);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        await Redis.DisposeAsync();
        await Issuer.DisposeAsync();
        await Destination.DisposeAsync();
    }
}
