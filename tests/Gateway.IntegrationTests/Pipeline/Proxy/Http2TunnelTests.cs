using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>The same over HTTP/2 to the destination, where a WebSocket is an extended CONNECT and every 2xx opens it (RFC 8441).</summary>
public sealed class Http2TunnelTests : IAsyncLifetime
{
    private RecordingDestination _http2 = null!;
    private StandardGateway _parts = null!;

    public async ValueTask InitializeAsync()
    {
        _http2 = await RecordingDestination.StartAsync(HttpProtocols.Http2);
        _parts = await StandardGateway.StartAsync(configuration => configuration
            .WithCluster("http2", _http2.Address)
            .With("ReverseProxy:Clusters:http2:HttpRequest", """{ "Version": "2", "VersionPolicy": "RequestVersionExact" }""")
            .WithRoute("open", "Anonymous", """{ "ClusterId": "http2" }""")
            .WithRoute("guarded", "Authenticated", """{ "ClusterId": "http2" }""")
            .With("ReverseProxy:Routes:guarded:Transforms", JsonNode.Parse("""[{ "RequestHeaderRemove": "X-Nothing" }]""")));
    }

    public async ValueTask DisposeAsync()
    {
        await _parts.DisposeAsync();
        await _http2.DisposeAsync();
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol", "chat")]
    [InlineData("Sec-WebSocket-Extensions", "permessage-deflate")]
    public async Task Choice_that_was_not_offered_opens_no_tunnel(string header, string value)
    {
        _http2.Handler = context => AcceptAsync(context, header, value);

        await ShouldBeAsync(502, "");
    }

    [Fact]
    public async Task Choice_that_was_offered_is_a_tunnel()
    {
        _http2.Handler = context => AcceptAsync(context, "Sec-WebSocket-Protocol", "chat");

        foreach (var route in new[] { "open", "guarded" })
        {
            (await UpgradeAsync(route, "Sec-WebSocket-Protocol: chat, other\r\n")).ShouldBe(101, route);
            (await ConnectAsync(route, ("sec-websocket-protocol", "chat, other"))).ShouldBe(200, route);
        }
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    public async Task Destination_may_reject_an_http2_websocket(int status)
    {
        _http2.Handler = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        await ShouldBeAsync(status, "");
    }

    private async Task ShouldBeAsync(int status, string lines)
    {
        foreach (var route in new[] { "open", "guarded" })
        {
            (await UpgradeAsync(route, lines)).ShouldBe(status, route);
            (await ConnectAsync(route)).ShouldBe(status, route);
        }

        _parts.Gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private async Task<int> UpgradeAsync(string route, string lines) => RawHttp.StatusOf(await RawHttp.SendAsync(
        _parts.Gateway.Address,
        $"GET /{route}/a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: " +
            $"13\r\nSec-WebSocket-Key: {HostileGateway.Key}\r\n"
        + $"{lines}Authorization: Bearer {_parts.Issuer.Token().Build()}\r\n\r\n"
        + "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));

    private Task<int> ConnectAsync(string route, params (string, string)[] headers) => RawHttp2.SendAsync(
        _parts.Gateway.Http2Address,
        $"/{route}/a",
        [
            (":protocol", "websocket"), ("sec-websocket-version", "13"), ("authorization", $"Bearer {_parts.Issuer.Token().Build()}"),
            .. headers],
        method: "CONNECT",
        body: "");

    private static async Task AcceptAsync(HttpContext context, string header, string value)
    {
        context.Response.Headers[header] = value;
        await using var stream = await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        await stream.FlushAsync();
    }
}
