using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;

namespace Gateway.Benchmarks.Steady;

/// <summary>A proxy in a process of its own, as its users run it.</summary>
/// <param name="Runtime">The address of its runtime's counters.</param>
/// <param name="Token">The gateway gets one.</param>
internal sealed record SteadyServer(string Name, int ProcessId, Uri Address, Uri Runtime, string? Token)
{
    public byte[] Request(bool isWebSocket = false) => HeldConnections.Request(Address, "/orders/1", Token, isWebSocket);

    public ProcessFigures Figures => ProcessFigures.Read(ProcessId);
}

/// <summary>Bare YARP with .NET's defaults and the published gateway with its own settings, in front of one destination.</summary>
internal sealed class SteadyServers : IAsyncDisposable
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(6);

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("steady-");
    private readonly SigningKey _key = SigningKey.Rsa();

    public SteadyServer Bare { get; private set; } = null!;

    public SteadyServer Gateway { get; private set; } = null!;

    public IReadOnlyList<SteadyServer> Both => [Bare, Gateway];

    /// <param name="destination">Null for one in a process of its own.</param>
    public static async Task<SteadyServers> StartAsync(string? destination = null)
    {
        var servers = new SteadyServers();
        try
        {
            destination ??= (await servers.ServeAsync("destination", "")).Address.ToString();
            servers.Bare = await servers.ServeAsync("bare", destination);
            servers.Gateway = await servers.StartGatewayAsync(destination);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts.AsEnumerable().Reverse())
        {
            await part.DisposeAsync();
        }

        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<SteadyServer> ServeAsync(string name, string destination)
    {
        var settings =
            new ServerSettings { Url = NewAddress(), Http2Url = NewAddress(), StatsUrl = NewAddress(), Destination = destination };
        var file = Path.Combine(_folder.FullName, $"{name}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings, JsonSerializerOptions.Web));
        var script = Script.Start("dotnet", typeof(SteadyServers).Assembly.Location, "serve", name, file);
        _parts.Add(script);
        var address = new Uri(settings.Url);
        await Eventually.TrueAsync(() => IsListeningAsync(address), $"{name} listens");
        return new SteadyServer(name == "bare" ? "bare YARP" : name, script.ProcessId, address, new Uri(settings.StatsUrl), null);
    }

    private async Task<SteadyServer> StartGatewayAsync(string destination)
    {
        const string issuer = "https://idp.bench.test";
        var configuration =
            $$"""
            {
              "Gateway": {
                "Issuers": { "shop": { "Issuer": "{{issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "keys.json" } } },
                "Policies": { "read": { "Scopes": { "All": ["orders:read"] } } },
                "Revocation": { "Store": "Memory" }
              },
              "ReverseProxy": {
                "Routes": { "orders": { "ClusterId": "one", "AuthorizationPolicy": "read", "Match": { "Path": "/orders/{**rest}" } } },
                "Clusters": { "one": { "Destinations": { "d": { "Address": "{{destination}}" } } } }
              }
            }
            """;
        var files = new Dictionary<string, string>
        {
            ["yarp.json"] = configuration,
            ["keys.json"] = new JsonObject { ["keys"] = new JsonArray(_key.ToJwk()) }.ToJsonString(),
        };
        var program = await PublishedGateway.StartAsync(files, new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Error" });
        _parts.Add(program);
        await program.WaitUntilAsync("keys:shop", "revocations");
        var token =
            new TokenBuilder(_key, issuer).With("exp", (TimeProvider.System.GetUtcNow() + TokenLifetime).ToUnixTimeSeconds()).Build();
        return new SteadyServer(
            "Gateway", program.ProcessId, new Uri(program.Address), new Uri($"{program.ManagementAddress}/metrics"), token);
    }

    private static string NewAddress() => $"http://127.0.0.1:{RedisServer.FreePort()}";

    private static async Task<bool> IsListeningAsync(Uri address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
