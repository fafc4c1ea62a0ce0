using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>
/// The proxy sends upgrades on as GET, so routes that treat methods differently must not be fooled by the method a client wrote.
/// </summary>
public sealed class UpgradeMethodTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(_issuer, _destination);
        var routes = configuration["ReverseProxy"]!["Routes"]!;
        routes["read"] = TestGateway.Route("Authenticated", "/orders/{**rest}");
        routes["read"]!["Match"]!["Methods"] = new JsonArray("GET", "HEAD");
        routes["write"] = TestGateway.Route("Anonymous", "/orders/{**rest}");
        routes["write"]!["Match"]!["Methods"] = new JsonArray("POST", "DELETE");
        routes["rest"] = TestGateway.Route("Anonymous", "/{**rest}");
        routes["hosted"] = TestGateway.Route("Authenticated", "/hosted/{**rest}");
        routes["hosted"]!["Match"]!["Hosts"] = new JsonArray("api.example.com");
        _gateway = await TestGateway.StartAsync(configuration);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("POST", "websocket")]
    [InlineData("DELETE", "WebSocket")]
    [InlineData("FOO", "websocket")]
    [InlineData("OPTIONS", "websocket, h2c")]
    [InlineData("POST", "SPDY/3.1")]
    [InlineData("GET", "SPDY/3.1")]
    public async Task Upgrade_by_another_method_than_get_is_rejected(string method, string protocol)
    {
        var response = await RawHttp.SendAsync(
            _gateway.Address,
            $"{method} /orders/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: {protocol}\r\nSec-WebSocket-Version: " +
                "13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 0\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400);
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("websocket", "401")]
    [InlineData("foo", "400")]
    public async Task Http2_websocket_is_judged_by_the_policy_of_get(string protocol, string status)
    {
        var answer = await RawHttp2.SendAsync(
            _gateway.Http2Address, "/orders/1", [(":protocol", protocol), ("sec-websocket-version", "13")], method: "CONNECT", body: "");

        answer.ToString().ShouldContain(status);
        _destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Http2_websocket_with_a_valid_token_is_a_two_way_connection()
    {
        await using var echo = new Gateway.Sandbox.EchoDestination(0);
        await echo.StartAsync(CancellationToken.None);
        var configuration = TestGateway.Configuration(_issuer, _destination);
        configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = echo.Url;
        await using var gateway = await TestGateway.StartAsync(configuration);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {_issuer.Token().Build()}");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());

        await socket.ConnectAsync(
            new Uri(gateway.Http2Address.Replace("http:", "ws:", StringComparison.Ordinal) + "/private/socket"), invoker, deadline.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);

        System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe("hello");
    }

    [Theory]
    [InlineData("api.example.com", 401)]
    [InlineData("api.example.com.", 401)]
    [InlineData("API.example.com.:8080", 401)]
    [InlineData("api.example.com..", 400)]
    [InlineData(".", 400)]
    public async Task Host_with_a_last_dot_meets_the_same_policy(string host, int status)
    {
        var response = await RawHttp.SendAsync(_gateway.Address, $"GET /hosted/x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(status);
        _destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/orders;x/1")]
    [InlineData("/orders%3Bx/1")]
    [InlineData("/;/orders/1")]
    public async Task Path_that_some_destinations_cut_is_rejected(string target)
    {
        var response = await RawHttp.SendAsync(_gateway.Address, $"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBe(400);
        _destination.Received.ShouldBeEmpty();
    }
}
