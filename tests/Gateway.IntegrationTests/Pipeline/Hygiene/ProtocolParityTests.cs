using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

public sealed class ProtocolParityTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;

    public ProtocolParityTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("/private/a", "good", 200)]
    [InlineData("/private/a", "bad", 401)]
    [InlineData("/private/a", null, 401)]
    [InlineData("/public/a", null, 200)]
    [InlineData("/nowhere/a", "good", 404)]
    public async Task Http1_and_http2_get_the_same_answer(string path, string? token, int expected)
    {
        var answers = new List<string>();
        foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
        {
            using var client = _parts.Gateway.CreateClient(version);
            using var request = TestGateway.Request(HttpMethod.Get, path, token == "good" ? _parts.Issuer.Token().Build() : token);
            (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
            using var response = await client.SendAsync(request);
            response.Version.ShouldBe(version);
            ((int)response.StatusCode).ShouldBe(expected);
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).Where(header => header.Key != "Date");
            answers.Add(string.Join('\n', headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal)));
        }

        answers[0].ShouldBe(answers[1]);
    }
}

public sealed class WebSocketTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;

    public WebSocketTests(StandardGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _parts.Destination.Handler = EchoAsync;
    }

    [Fact]
    public async Task Upgrade_with_a_valid_token_is_a_two_way_connection()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {_parts.Issuer.Token().Build()}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        await socket.ConnectAsync(Address("/private/socket"), deadline.Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, deadline.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, deadline.Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);

        Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe("hello");
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        _parts.Destination.Last.Header("Authorization").ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer bad")]
    public async Task Upgrade_without_a_valid_token_is_rejected_before_it_happens(string? authorization)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (authorization is not null)
        {
            socket.Options.SetRequestHeader("Authorization", authorization);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(Address("/private/socket"), deadline.Token));

        socket.HttpStatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    private Uri Address(string path) => new(_parts.Gateway.Address.Replace("http:", "ws:", StringComparison.Ordinal) + path);

    private static async Task EchoAsync(HttpContext context)
    {
        // The destination has no WebSocket middleware, so this is the handshake of RFC 6455 section 4.2.2 by hand.
        var accept = Convert.ToBase64String(Sha1(context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        context.Response.Headers.SecWebSocketAccept = accept;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, isServer: true, null, TimeSpan.FromSeconds(5));
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } message)
        {
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

#pragma warning disable CA5350 // RFC 6455 asks for SHA-1.
    private static byte[] Sha1(string text) => System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(text));
#pragma warning restore CA5350
}
