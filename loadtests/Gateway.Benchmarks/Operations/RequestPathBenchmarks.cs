using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using Gateway.Benchmarks.Compare;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Gateway.Benchmarks.Operations;

/// <summary>
/// A whole request with a known token, less the kernel: the client's bytes, the server, the proxy, the bytes to the destination, and back.
/// What the gateway takes longer than bare YARP is what it costs; <c>path</c> measures the two in turn.
/// </summary>
[MemoryDiagnoser]
public class RequestPathBenchmarks
{
    private const string BrowserHeaders =
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: application/json\r\n"
        + "Accept-Language: en-GB,en;q=0.7\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nOrigin: https://shop.example\r\nCookie: theme=dark\r\n";

    private readonly MemoryTransport _transport = new();
    private WebApplication _server = null!;
    private IDuplexPipe _client = null!;
    private byte[] _request = [];

    /// <summary>Whether the request has the headers of a browser, or none but Host and Authorization.</summary>
    [Params(false, true)]
    public bool IsBrowser { get; set; }

    [GlobalSetup(Target = nameof(BareYarp))]
    public Task PrepareBareAsync() => PrepareAsync(settings => Task.FromResult(YarpServer.Build(settings, UseMemory)));

    [GlobalSetup(Target = nameof(Gateway))]
    public Task PrepareGatewayAsync() => PrepareAsync(settings => GatewayServer.BuildAsync(settings, UseMemory));

    [GlobalCleanup]
    public async Task EndAsync()
    {
        await _client.Output.CompleteAsync();
        await _server.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public Task BareYarp() => SendAsync();

    [Benchmark]
    public Task Gateway() => SendAsync();

    private void UseMemory(WebApplicationBuilder builder) => builder.Services.AddSingleton<IConnectionListenerFactory>(_transport);

    private async Task PrepareAsync(Func<ServerSettings, Task<WebApplication>> build)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-path-").FullName;
        ComparedKeys.Create(folder);
        using var signer = new TokenSigner(folder, "RS256");
        _server = await build(new ServerSettings
        {
            Url = $"http://127.0.0.1:{MemoryTransport.Port}",
            Http2Url = "http://127.0.0.1:2",
            StatsUrl = "",
            Destination = "http://127.0.0.1:3/",
            KeyFolder = folder,
        });
        await _server.StartAsync();
        var client = _server.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single().Model.HttpClient;
        var handler = HandlerOf(client);
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        ((SocketsHttpHandler)handler).ConnectCallback = static (_, _) => ValueTask.FromResult<Stream>(new MemoryDestination());
        _request = Encoding.ASCII.GetBytes(
            $"GET /orders/1 HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer {signer.Sign(TokensCommand.Claims("one"))}\r\n{(IsBrowser ? BrowserHeaders : "")}\r\n");
        _client = _transport.Connect();
        for (var request = 0; request < 3; request++)
        {
            await SendAsync();
        }
    }

    private async Task SendAsync()
    {
        await _client.Output.WriteAsync(_request);
        while (true)
        {
            var read = await _client.Input.ReadAsync();
            var answer = read.Buffer;
            if (answer.Slice(Math.Max(0, answer.Length - 2)).FirstSpan.SequenceEqual("ok"u8))
            {
                _client.Input.AdvanceTo(answer.End);
                return;
            }

            // A refusal would never end so, and must not count as fast.
            if (read.IsCompleted || !"HTTP/1.1 200"u8.StartsWith(answer.FirstSpan[..Math.Min(answer.FirstSpan.Length, 12)]))
            {
                throw new InvalidOperationException(Encoding.ASCII.GetString(answer));
            }

            _client.Input.AdvanceTo(answer.Start, answer.End);
        }
    }

    // No setting of either server reaches the connections of the other, so the handler is changed where both have made theirs.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_handler")]
    private static extern ref HttpMessageHandler HandlerOf(HttpMessageInvoker client);
}
