using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>
/// A connection becomes a tunnel only when the client has sent a complete WebSocket handshake and the destination's answer completes it.
/// With any other response no byte passes in either direction, and later requests on the client's connection are authorized as usual.
/// </summary>
public sealed class TunnelTests(HostileGateway parts) : IClassFixture<HostileGateway>
{
    private const string Switching = "HTTP/1.1 101 Switching Protocols\r\n";
    private const string WebSocket = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private const string Secret = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

    private static readonly string Accepted = $"Sec-WebSocket-Accept: {HostileGateway.Accept()}\r\n";

    public static TheoryData<string, string, string> Unasked
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            (string Lines, string Answer)[] cases =
            [
                ("Connection: Upgrade\r\n", ""),
                ("Connection: Upgrade\r\n", WebSocket),
                ("Connection: Upgrade\r\n", WebSocket + Accepted),
                ("Connection: Upgrade\r\n", "Content-Length: 2\r\n"),
                ("", "Content-Length: 2\r\n"),
                ("", ""),
                ("", WebSocket + Accepted),
                ("Connection: Upgrade\r\nUpgrade: foo\r\n", "Upgrade: foo\r\nConnection: Upgrade\r\n"),
                (
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
                    "Upgrade: h2c\r\nConnection: Upgrade\r\n"),
                ("Connection: Upgrade\r\nUpgrade: websocket, foo\r\n", WebSocket + Accepted),
                ("Connection: Upgrade\r\nUpgrade: foo\r\nUpgrade: websocket\r\n", WebSocket + Accepted),
                ("Upgrade: websocket\r\n", WebSocket + Accepted),
                ($"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {HostileGateway.Key}\r\n", WebSocket + Accepted),
            ];
            foreach (var route in HostileGateway.Routes)
            {
                foreach (var (lines, answer) in cases)
                {
                    data.Add(route, lines, answer);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> Incomplete
    {
        get
        {
            var data = new TheoryData<string, string>();
            string[] answers =
            [
                "",
                WebSocket,
                $"{WebSocket}Sec-WebSocket-Accept: {HostileGateway.Accept("AAAAAAAAAAAAAAAAAAAAAA==")}\r\n",
                $"{WebSocket}Sec-WebSocket-Accept: {HostileGateway.Accept().ToUpperInvariant()}\r\n",
                WebSocket + Accepted + Accepted,
                "Connection: Upgrade\r\n" + Accepted,
                "Upgrade: websocket\r\n" + Accepted,
                "Upgrade: foo\r\nConnection: Upgrade\r\n" + Accepted,
                "Upgrade: websocket, foo\r\nConnection: Upgrade\r\n" + Accepted,
                "Upgrade: websocket\r\nConnection: close\r\n" + Accepted,
                WebSocket + Accepted + "Sec-WebSocket-Protocol: chat\r\n",
                WebSocket + Accepted + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                WebSocket + Accepted + "Content-Length: 2\r\n",
                WebSocket + Accepted + "Transfer-Encoding: chunked\r\n",
            ];
            foreach (var route in HostileGateway.Routes)
            {
                foreach (var answer in answers)
                {
                    data.Add(route, answer);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Unasked))]
    public async Task Destination_cannot_switch_protocols_unasked(string route, string lines, string answer)
    {
        parts.Script(_ => $"{Switching}{answer}\r\n{Secret}");

        var response = await parts.SendAsync(route, lines);

        RawHttp.StatusesOf(response).ShouldBe([502, 401], response);
        response.ShouldNotContain("secret");
        await parts.ShouldHaveSentOneRequestAndClosedAsync();
        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [MemberData(nameof(Incomplete))]
    public async Task Handshake_that_the_destination_does_not_complete_opens_no_tunnel(string route, string answer)
    {
        parts.Script(_ => $"{Switching}{answer}\r\n{Secret}");

        var response = await parts.SendAsync(route, HostileGateway.Handshake);

        RawHttp.StatusesOf(response).ShouldBe([502, 401], response);
        response.ShouldNotContain("secret");
        await parts.ShouldHaveSentOneRequestAndClosedAsync();
        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData("POST", "Content-Length: 3\r\n", "abc")]
    [InlineData("POST", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("PUT", "Content-Length: 0\r\nConnection: Upgrade\r\n", "")]
    [InlineData("OPTIONS", "Connection: Upgrade\r\nUpgrade: foo\r\n", "")]
    public async Task Destination_cannot_switch_protocols_on_another_method(string method, string lines, string body)
    {
        parts.Script(_ => $"{Switching}{WebSocket}{Accepted}\r\n{Secret}");

        var response = await parts.SendAsync("open", lines, method, body);

        RawHttp.StatusesOf(response).ShouldBe([502, 401], response);
        await parts.ShouldHaveSentOneRequestAndClosedAsync();
        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n")]
    [InlineData(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
            "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13, 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    public async Task Incomplete_handshake_of_a_client_is_rejected_and_not_forwarded(string lines)
    {
        parts.Script(_ => $"{Switching}{WebSocket}{Accepted}\r\n{Secret}");

        var response = await parts.SendAsync("open", lines);

        RawHttp.StatusesOf(response).ShouldBe([400, 401], response);
        parts.Hostile.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("open")]
    [InlineData("guarded")]
    public async Task Handshake_on_http_1_0_is_no_handshake(string route)
    {
        parts.Script(_ => $"{Switching}{WebSocket}{Accepted}\r\n{Secret}");

        var response = await RawHttp.SendAsync(
            parts.Gateway.Address,
            $"GET /{route}/a HTTP/1.0\r\nHost: a\r\n{HostileGateway.Handshake}Authorization: Bearer " +
                $"{parts.Issuer.Token().Build()}\r\n\r\n");

        RawHttp.StatusOf(response).ShouldBeOneOf(400, 502);
        response.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Sec-WebSocket-Protocol: chat, v2.chat\r\n", "Sec-WebSocket-Protocol: v2.chat\r\n")]
    [InlineData("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: v2.chat\r\n", "Sec-WebSocket-Protocol: chat\r\n")]
    [InlineData(
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n")]
    public async Task Completed_handshake_is_a_tunnel(string offer, string choice)
    {
        foreach (var route in HostileGateway.Routes)
        {
            foreach (var named in new[] { WebSocket, "UPGRADE: WebSocket\r\nconnection: keep-alive, upgrade\r\n" })
            {
                parts.Script(_ => $"{Switching}{named}{Accepted}{choice}\r\n\u0081\u0005hello");
                parts.Hostile.ClosesAfterAnswer = true;

                var response = await RawHttp.SendAsync(
                    parts.Gateway.Address,
                    $"GET /{route}/a HTTP/1.1\r\nHost: a\r\n{HostileGateway.Handshake}{offer}Authorization: Bearer " +
                        $"{parts.Issuer.Token().Build()}\r\n\r\n");

                RawHttp.StatusesOf(response).ShouldBe([101], response);
                response.ShouldEndWith("\u0081\u0005hello");
            }
        }
    }

    [Theory]
    [InlineData("200 OK")]
    [InlineData("204 No Content")]
    [InlineData("206 Partial Content")]
    public async Task Http2_websocket_is_not_open_because_the_destination_says_so(string status)
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(_ => $"HTTP/1.1 {status}\r\n{WebSocket}{Accepted}\r\n");

            (await ConnectAsync(route)).ShouldBe(502, route);
        }

        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData("")]
    [InlineData(WebSocket)]
    [InlineData("{0}")]
    [InlineData("Upgrade: foo\r\nConnection: Upgrade\r\n{0}")]
    [InlineData(WebSocket + "{0}Sec-WebSocket-Protocol: chat\r\n")]
    [InlineData(WebSocket + "{0}{0}")]
    public async Task Http2_websocket_needs_the_completed_handshake_of_http1(string answer)
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(head => Switching
                + answer.Replace(
                    "{0}", $"Sec-WebSocket-Accept: {HostileGateway.Accept(ScriptedDestination.HeaderOf(head, "Sec-WebSocket-Key")!)}\r\n",
                    StringComparison.Ordinal)
                + "\r\n");

            (await ConnectAsync(route)).ShouldBe(502, route);
        }

        parts.ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task Http2_request_that_is_no_websocket_cannot_be_switched()
    {
        foreach (var route in HostileGateway.Routes)
        {
            parts.Script(_ => $"{Switching}{WebSocket}{Accepted}\r\n{Secret}");

            var status = await RawHttp2.SendAsync(
                parts.Gateway.Http2Address, $"/{route}/a", [("authorization", $"Bearer {parts.Issuer.Token().Build()}")]);

            status.ShouldBe(502, route);
        }

        parts.ShouldHaveLoggedNoError();
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(426)]
    [InlineData(503)]
    public async Task Destination_may_reject_a_websocket(int status)
    {
        parts.Script(_ => $"HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\nno");

        var response = await parts.SendAsync("guarded", HostileGateway.Handshake);

        RawHttp.StatusesOf(response).ShouldBe([status, 401], response);
        (await ConnectAsync("guarded")).ShouldBe(status);
    }

    private Task<int> ConnectAsync(string route) => RawHttp2.SendAsync(
        parts.Gateway.Http2Address,
        $"/{route}/a",
        [(":protocol", "websocket"), ("sec-websocket-version", "13"), ("authorization", $"Bearer {parts.Issuer.Token().Build()}")],
        method: "CONNECT",
        body: "");
}
