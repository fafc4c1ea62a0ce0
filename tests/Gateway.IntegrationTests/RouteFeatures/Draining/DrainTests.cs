using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Pipeline.Draining;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.RouteFeatures.Draining;

/// <summary>The end of a replica, seen by its clients: real processes, real signals.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync() => _destination = await RecordingDestination.StartAsync();

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    [Fact]
    public async Task Rolling_restart_of_two_replicas_under_load_fails_no_request()
    {
        _destination.Handler = context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        var replicas = new List<GatewayProgram> { await StartAsync("00:00:02", "00:00:10"), await StartAsync("00:00:02", "00:00:10") };
        await using var balancer = new Balancer(replicas);
        await balancer.WaitForAsync(2);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(_ => new KeepAliveClient(balancer.Choose, "/public/x")).ToArray();
        var load = Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(stop.Token))));

        foreach (var old in replicas.ToArray())
        {
            var before = clients.Sum(client => client.Succeeded);
            await Eventually.TrueAsync(() => clients.Sum(client => client.Succeeded) > before + 100, "the clients are busy");
            (await old.StopAsync()).ExitCode.ShouldBe(0);
            balancer.Replace(old, await StartAsync("00:00:02", "00:00:10"));
            await old.DisposeAsync();
            await balancer.WaitForAsync(2);
        }

        await stop.CancelAsync();
        await load;
        clients.SelectMany(client => client.Failures).ShouldBeEmpty();
        clients.Sum(client => client.Succeeded).ShouldBeGreaterThan(300);
        // Every client had a connection to a replica that went.
        clients.ShouldAllBe(client => client.Connections > 1);
    }

    [Fact]
    public async Task Replica_that_ends_is_not_ready_at_once_and_finishes_what_is_under_way()
    {
        using var release = new SemaphoreSlim(0);
        _destination.Handler = context =>
            context.Request.Path == "/public/slow" ? release.WaitAsync(context.RequestAborted) : Task.CompletedTask;
        var http2 = RedisServer.FreePort();
        await using var replica = await StartAsync("00:00:03", "00:00:20", http2);
        using var probe = new HttpClient { BaseAddress = new Uri(replica.ManagementAddress) };
        using var client =
            new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var slow = replica.Client.GetAsync("/public/slow");
        var slow2 = client.GetAsync(new Uri($"http://127.0.0.1:{http2}/public/slow"));
        await Eventually.TrueAsync(
            () => _destination.Received.Count(request => request.Target == "/public/slow") == 2, "both requests are under way");

        var exit = replica.StopAsync();
        await Eventually.TrueAsync(async () => await StatusAsync(probe, "/readyz") == 503, "not ready");
        (await StatusAsync(probe, "/livez")).ShouldBe(200);
        using (var fresh = await replica.Client.GetAsync("/public/x"))
        {
            ((int)fresh.StatusCode).ShouldBe(200);
            fresh.Headers.ConnectionClose.ShouldBe(true);
        }

        await Eventually.TrueAsync(async () => !await AcceptsAsync(replica.Address), "the delay is over and nothing new is accepted");
        (await StatusAsync(probe, "/livez")).ShouldBe(200);
        (await StatusAsync(probe, "/readyz")).ShouldBe(503);
        slow.IsCompleted.ShouldBeFalse();
        release.Release(2);
        using var finished = await slow;
        using var finished2 = await slow2;
        ((int)finished.StatusCode).ShouldBe(200);
        ((int)finished2.StatusCode).ShouldBe(200);
        (await exit).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Clients_that_never_end_are_cut_off_by_the_deadline()
    {
        _destination.Handler = async context =>
        {
            if (context.WebSockets.IsWebSocketRequest || context.Request.Headers.Upgrade.Count > 0)
            {
                var upgrade = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!;
                context.Response.Headers.Upgrade = "websocket";
                context.Response.Headers["Sec-WebSocket-Accept"] = Accept(context.Request.Headers["Sec-WebSocket-Key"].ToString());
                await using var stream = await upgrade.UpgradeAsync();
                await stream.ReadExactlyAsync(new byte[1], context.RequestAborted);
            }
            else
            {
                await context.Response.StartAsync();
                await context.Response.BodyWriter.WriteAsync("begun"u8.ToArray());
                await Task.Delay(
                    Timeout.InfiniteTimeSpan, TimeProvider.System,
                    context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        };
        await using var replica = await StartAsync("00:00:00", "00:00:02");
        using var stream = await replica.Client.GetAsync("/public/stream", HttpCompletionOption.ResponseHeadersRead);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(
            new Uri($"{replica.Address.Replace("http", "ws", StringComparison.Ordinal)}/public/socket"),
            TestContext.Current.CancellationToken);

        var (exitCode, took) = await replica.StopAsync();

        exitCode.ShouldBe(0);
        took.ShouldBeInRange(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(7));
        await Should.ThrowAsync<HttpRequestException>(stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await Should.ThrowAsync<WebSocketException>(socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Second_signal_ends_the_process_at_once()
    {
        await using var replica = await StartAsync("00:01:00", "00:01:00");
        using var probe = new HttpClient { BaseAddress = new Uri(replica.ManagementAddress) };
        await replica.SignalAsync();
        await Eventually.TrueAsync(async () => await StatusAsync(probe, "/readyz") == 503, "the first signal has come");

        var (exitCode, took) = await replica.StopAsync();

        exitCode.ShouldBe(128 + 15);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    private async Task<GatewayProgram> StartAsync(string delay, string timeout, int? http2 = null)
    {
        var environment = new Dictionary<string, string> { ["Gateway__Drain__Delay"] = delay, ["Gateway__Drain__Timeout"] = timeout };
        var configuration = TestGateway.Configuration(_destination);
        configuration["ReverseProxy"]!["Routes"]!.AsObject().Remove("private");
        configuration["Gateway"]!.AsObject().Remove("Issuers");
        configuration["Gateway"]!.AsObject().Remove("Policies");
        var program = await GatewayProgram.StartAsync(
            new Dictionary<string, string> { ["yarp.json"] = configuration.ToJsonString() },
            environment,
            http2 is null ? null : address => Endpoints(address, http2.Value));
        await program.WaitUntilAsync("started", "revocations", "serving");
        return program;
    }

    /// <summary>Kestrel's own section wins over <c>--urls</c>.</summary>
    private static Dictionary<string, string> Endpoints(string address, int http2) => new()
    {
        ["Kestrel__Endpoints__One__Url"] = address,
        ["Kestrel__Endpoints__Two__Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{http2}"),
        ["Kestrel__Endpoints__Two__Protocols"] = "Http2",
    };

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return (int)response.StatusCode;
    }

    private static async Task<bool> AcceptsAsync(string address)
    {
        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync(new Uri(address).Host, new Uri(address).Port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

#pragma warning disable CA5350 // RFC 6455 section 1.3 names this hash.
    private static string Accept(string key) => Convert.ToBase64String(
        System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
