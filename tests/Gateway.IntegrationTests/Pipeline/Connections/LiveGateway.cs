using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Pipeline.Connections;

/// <summary>A gateway on a clock of the tests', before destinations that talk for ever.</summary>
public sealed class LiveGateway : IAsyncLifetime
{
    /// <summary>What a connection may live after its end, and what a busy machine adds.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    internal static readonly TimeSpan PastExpiry = TimeSpan.FromSeconds(361);

    private readonly Gateway.Sandbox.EchoDestination _echo = new(0);
    private RecordingDestination _grpc = null!;

    internal ShiftedClock Clock { get; } = new();

    internal FakeIssuer Issuer { get; private set; } = null!;

    /// <summary>HTTP/1.1, with a handler of the test's.</summary>
    internal RecordingDestination Destination { get; private set; } = null!;

    internal TestGateway Gateway { get; private set; } = null!;

    /// <summary>The last request that came to the proxy, as code behind the gateway's stages has it.</summary>
    internal HttpContext? LastRequest { get; private set; }

    /// <summary>Completes when the gateway has let go of the last gRPC call.</summary>
    internal Task GrpcIsOver { get; private set; } = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        Issuer = await FakeIssuer.StartAsync();
        Destination = await RecordingDestination.StartAsync();
        _grpc = await RecordingDestination.StartAsync(HttpProtocols.Http2);
        _grpc.Handler = TalkGrpcAsync;
        await _echo.StartAsync(CancellationToken.None);
        var configuration = TestGateway.Configuration(Issuer, Destination)
            .With("Gateway:Issuers:shop:Algorithms", """["RS256", "ES256"]""")
            // The list must not look old to the test that comes after a jump of the clock.
            .With("Gateway:Revocation:MaxStaleness", JsonValue.Create("1.00:00:00"))
            .WithCluster("echo", _echo.Url)
            .WithCluster("grpc", _grpc.Address)
            .With("ReverseProxy:Clusters:grpc:HttpRequest", """{ "Version": "2", "VersionPolicy": "RequestVersionExact" }""")
            .WithRoute("echo", "Authenticated", """{ "ClusterId": "echo" }""")
            .WithRoute("open", "Anonymous", """{ "ClusterId": "echo" }""")
            .WithRoute("grpc", "Authenticated", """{ "ClusterId": "grpc" }""");
        foreach (var (name, policy) in new[] { ("kept", """{ "OnExpiry": "Keep" }"""), ("trial", """{ "Mode": "Report" }""") })
        {
            configuration.WithPolicy(name, policy)["ReverseProxy"]!["Routes"]![name]!["ClusterId"] = "echo";
        }

        Gateway = await TestGateway.StartAsync(configuration, Clock, extend: app => app.Use((context, next) =>
        {
            LastRequest = context;
            return next(context);
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _echo.DisposeAsync();
        await _grpc.DisposeAsync();
        await Destination.DisposeAsync();
        await Issuer.DisposeAsync();
    }

    /// <summary>An open WebSocket on the route, with the token unless that is null.</summary>
    internal async Task<ClientWebSocket> OpenAsync(string route, string? token, Version? version = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var isHttp2 = version == HttpVersion.Version20;
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = version ?? HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        var address = (isHttp2 ? Gateway.Http2Address : Gateway.Address).Replace("http:", "ws:", StringComparison.Ordinal);
        await socket.ConnectAsync(new Uri($"{address}/{route}/socket"), isHttp2 ? invoker : null, deadline.Token);
        return socket;
    }

    internal static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[1000];
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        var received = await socket.ReceiveAsync(buffer, deadline.Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    /// <summary>How long it takes until the gateway ends the socket; it must do so with 1008.</summary>
    internal static async Task<TimeSpan> UntilClosedAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = TimeProvider.System.GetTimestamp();
        var received = await socket.ReceiveAsync(new byte[1000], deadline.Token);
        received.MessageType.ShouldBe(WebSocketMessageType.Close);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
        socket.CloseStatusDescription.ShouldBe("The access token has ended.");
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>One message, then silence, as a server stream with nothing to say.</summary>
    private async Task TalkGrpcAsync(HttpContext context)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        GrpcIsOver = over.Task;
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 1, 7 });
        await context.Response.Body.FlushAsync();
        await SilenceAsync(context);
        over.SetResult();
    }

    /// <summary>Ends when the gateway lets go of the connection.</summary>
    internal static async Task SilenceAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }
}
