using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Gateway.Benchmarks.Operations;

/// <summary>One of the compared servers, a client and a destination in this process, with memory in the place of sockets.</summary>
internal sealed class RequestPath : IAsyncDisposable
{
    private const int ManyTokens = 10_000;
    private const int NewTokens = 4096;
    private const int MaxCachedTokens = 64;

    private const string BrowserHeaders =
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: application/json\r\n"
        + "Accept-Language: en-GB,en;q=0.7\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nOrigin: https://shop.example\r\nCookie: " +
            "theme=dark\r\n";

    /// <summary>Fewer tokens, where nothing is measured.</summary>
    public static int MostTokens { get; set; } = ManyTokens;

    private readonly string _folder;
    private readonly WebApplication? _provider;
    private readonly WebApplication _server;
    private readonly IDuplexPipe _client;
    private readonly byte[][] _requests;
    private int _next;

    private RequestPath(string folder, WebApplication? provider, WebApplication server, IDuplexPipe client, byte[][] requests) =>
        (_folder, _provider, _server, _client, _requests) = (folder, provider, server, client, requests);

    /// <param name="name">bare, stock, gateway, or asserting: the gateway with signed assertions.</param>
    public static async Task<RequestPath> StartAsync(string name, PathLoad load)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-path-").FullName;
        ComparedKeys.Create(folder);
        var settings = new ServerSettings
        {
            Url = $"http://127.0.0.1:{MemoryTransport.Port}",
            Http2Url = "http://127.0.0.1:2",
            StatsUrl = "",
            Destination = "http://127.0.0.1:3/",
            Provider = $"http://127.0.0.1:{RedisServer.FreePort()}",
            KeyFolder = folder,
            MaxCachedTokens = load == PathLoad.New ? MaxCachedTokens : 0,
        };
        var transport = new MemoryTransport();
        void UseMemory(WebApplicationBuilder builder) => builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        var provider = name == "stock"
            ? ProviderServer.Build(settings with { Url = settings.Provider, Http2Url = "http://127.0.0.1:0" })
            : null;
        await (provider?.StartAsync() ?? Task.CompletedTask);
        var server = name switch
        {
            "bare" => YarpServer.Build(settings, UseMemory),
            "stock" => StockServer.Build(settings, UseMemory),
            "gateway" => await GatewayServer.BuildAsync(settings, UseMemory),
            "asserting" => await GatewayServer.BuildAsync(settings with { HasAssertion = true }, UseMemory),
            _ => throw new ArgumentException("Known servers: bare, stock, gateway, asserting.", nameof(name)),
        };
        await server.StartAsync();
        UseMemoryDestination(server);
        using var signer = new TokenSigner(folder, "RS256");
        var path = new RequestPath(
            folder, provider, server, transport.Connect(),
            [.. Enumerable.Range(0, Tokens(load)).Select(index => Request(signer, load, $"one-{index}"))]);
        if (load == PathLoad.New)
        {
            // The cache is full of others, and lets none in that comes once: so each request is a first one.
            for (var other = 0; other < 8 * MaxCachedTokens; other++)
            {
                await path.SendAsync(Request(signer, load, $"other-{other}"));
            }
        }

        for (var request = 0; request < 3; request++)
        {
            await path.SendAsync();
        }

        return path;
    }

    public Task SendAsync() => SendAsync(_requests[_next++ % _requests.Length]);

    private async Task SendAsync(byte[] request)
    {
        await _client.Output.WriteAsync(request);
        while (true)
        {
            var read = await _client.Input.ReadAsync();
            var answer = read.Buffer;
            if (answer.Slice(Math.Max(0, answer.Length - 2)).FirstSpan.SequenceEqual("ok"u8))
            {
                _client.Input.AdvanceTo(answer.End);
                return;
            }

            // A rejection would never end so, and must not count as fast.
            if (read.IsCompleted || !"HTTP/1.1 200"u8.StartsWith(answer.FirstSpan[..Math.Min(answer.FirstSpan.Length, 12)]))
            {
                throw new InvalidOperationException(Encoding.ASCII.GetString(answer));
            }

            _client.Input.AdvanceTo(answer.Start, answer.End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.Output.CompleteAsync();
        await _server.DisposeAsync();
        await (_provider?.DisposeAsync() ?? default);
        Directory.Delete(_folder, recursive: true);
    }

    private static int Tokens(PathLoad load) =>
        Math.Min(MostTokens, load switch { PathLoad.Many => ManyTokens, PathLoad.New => NewTokens, _ => 1 });

    private static byte[] Request(TokenSigner signer, PathLoad load, string id) => Encoding.ASCII.GetBytes(
        $"GET /orders/1 HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer {signer.Sign(TokensCommand.Claims(id))}\r\n"
        + (load == PathLoad.Browser ? BrowserHeaders : "") + "\r\n");

    private static void UseMemoryDestination(WebApplication server)
    {
        var client = server.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single().Model.HttpClient;
        var handler = HandlerOf(client);
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        ((SocketsHttpHandler)handler).ConnectCallback = static (_, _) => ValueTask.FromResult<Stream>(new MemoryDestination());
    }

    // No setting reaches the connections of all three alike, so the handler is changed once they have made theirs.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_handler")]
    private static extern ref HttpMessageHandler HandlerOf(HttpMessageInvoker client);
}
