using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>Tokens of browsers' WebSockets and event streams, which cannot set a header.</summary>
public sealed class ConnectionTokenTests : IClassFixture<ConnectionTokenTests.Sources>
{
    private readonly StandardGateway _parts;
    private readonly string _token;

    public ConnectionTokenTests(Sources parts)
    {
        _parts = parts;
        _parts.Reset();
        _token = _parts.Issuer.Token().Build();
    }

    [Theory]
    [InlineData("private", "bearer,{0}", null, null, "bearer")]
    [InlineData("private", "graphql-ws,bearer,{0},chat", null, "graphql-ws, chat", "bearer")]
    [InlineData("private", "graphql-ws,bearer,{0}", "graphql-ws", "graphql-ws", "graphql-ws")]
    [InlineData("private", "bearer,{0},chat", "chat", "chat", "chat")]
    [InlineData("keeping", "bearer,{0}", null, null, "bearer")]
    public async Task Token_of_a_browsers_WebSocket_is_read_and_removed(
        string route, string offered, string? chosen, string? forwarded, string answered)
    {
        _parts.Destination.Handler = context => AcceptAsync(context, chosen);
        using var socket = new ClientWebSocket();
        foreach (var protocol in offered.Split(','))
        {
            socket.Options.AddSubProtocol(string.Format(null, protocol, _token));
        }

        // The client checks the answer as a browser does, and that it is one of the offered.
        await socket.ConnectAsync(Address($"/{route}/hub"), TestContext.Current.CancellationToken);

        socket.SubProtocol.ShouldBe(answered);
        _parts.Destination.Last.Header("Sec-WebSocket-Protocol").ShouldBe(forwarded);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        Received().ShouldNotContain(_token);
    }

    [Fact]
    public async Task Token_in_the_query_opens_a_WebSocket_as_SignalR_sends_it()
    {
        _parts.Destination.Handler = context => AcceptAsync(context, null);
        using var socket = new ClientWebSocket();

        await socket.ConnectAsync(Address($"/private/hub?id=7&access_token={_token}"), TestContext.Current.CancellationToken);

        _parts.Destination.Last.Target.ShouldBe("/private/hub?id=7");
        socket.SubProtocol.ShouldBeNull();
        Received().ShouldNotContain(_token);
    }

    [Theory]
    [InlineData("GET", "text/event-stream", 200)]
    [InlineData("GET", "application/json, text/event-stream;q=0.9", 200)]
    [InlineData("GET", "TEXT/EVENT-STREAM", 200)]
    [InlineData("GET", "*/*", 401)]
    [InlineData("GET", "application/x;a=text/event-stream", 401)]
    [InlineData("GET", "text/event-streams", 401)]
    [InlineData("POST", "text/event-stream", 401)]
    [InlineData("HEAD", "text/event-stream", 401)]
    public async Task Token_in_the_query_counts_on_WebSockets_and_event_streams_alone(string method, string accept, int status)
    {
        using var response = await SendAsync(method, $"/private/events?access_token={_token}", accept);

        ((int)response.StatusCode).ShouldBe(status);
        Received().ShouldNotContain(_token);
    }

    [Theory]
    [InlineData("private", "?a=%7B1%7D&access_token={0}&b={1}", "?a=%7B1%7D&b={1}")]
    [InlineData("private", "?access_token={0}", "")]
    [InlineData("private", "?&access_token={0}&&x", "?&&x")]
    [InlineData("private", "?access%5Ftoken={0}&x", "?x")]
    [InlineData("private", "?Access_Token={0}&x=access_token", "?x=access_token")]
    [InlineData("keeping", "?access_token={0}&x", "?x")]
    [InlineData("trial", "?access_token=bad&x&access_token=worse", "?x")]
    [InlineData("transformed", "?access_token={0}&x={1}", "?x={1}")]
    public async Task Token_in_the_query_is_removed_in_every_spelling_and_the_rest_stays(string route, string query, string expected)
    {
        using var response =
            await SendAsync("GET", $"/{route}/events{query.Replace("{0}", _token, StringComparison.Ordinal)}", "text/event-stream");

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Target.ShouldBe($"/{route}/events{expected}");
        Received().ShouldNotContain(_token);
    }

    [Theory]
    [InlineData("?access_token={0}&access_token={0}", null, "multiple_tokens")]
    [InlineData("?access_token={0}&ACCESS_TOKEN={0}", null, "multiple_tokens")]
    [InlineData("?access_token={0}", "Bearer {0}", "multiple_tokens")]
    [InlineData("?access_token=", null, "malformed")]
    [InlineData("?access_token", null, "malformed")]
    [InlineData("?token={0}", null, null)]
    public async Task Query_with_more_or_less_than_one_token_is_rejected(string query, string? authorization, string? reason)
    {
        using var response = await SendAsync(
            "GET", $"/private/events{query.Replace("{0}", _token, StringComparison.Ordinal)}", "text/event-stream",
            authorization is null ? null : string.Format(null, authorization, _token));

        var problem = await response.ShouldBeProblemAsync(reason == "multiple_tokens" ? 400 : 401);
        problem["reason"]?.GetValue<string>().ShouldBe(reason ?? "missing");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bearer", 401)]
    [InlineData("chat, bearer", 401)]
    [InlineData("bearer, bad", 401)]
    [InlineData("Bearer, {0}", 401)]
    [InlineData("{0}, bearer", 401)]
    [InlineData("chat", 401)]
    [InlineData("bearer, {0}, bearer, {0}", 400)]
    public async Task Handshake_without_exactly_one_good_token_is_rejected_before_the_upgrade(string protocols, int status)
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"GET /private/hub HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: " +
                "websocket\r\nSec-WebSocket-Version: 13\r\n"
            + $"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: {string.Format(null, protocols, _token)}\r\n\r\n",
            TestContext.Current.CancellationToken);

        RawHttp.StatusOf(response).ShouldBe(status, response);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Public_route_receives_query_and_protocols_as_they_came()
    {
        using var response = await SendAsync("GET", "/public/events?access_token=own", "text/event-stream");
        using var plain = new HttpRequestMessage(HttpMethod.Get, "/private/a");
        plain.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", $"bearer, {_token}");
        using var rejected = await _parts.Gateway.Client.SendAsync(plain, TestContext.Current.CancellationToken);

        _parts.Destination.Last.Target.ShouldBe("/public/events?access_token=own");
        rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private string Received() =>
        string.Join(
            '\n',
            _parts.Destination.Received.Select(
                request => request.Target + string.Join('\n', request.Headers.SelectMany(header => header.Value))));

    private Uri Address(string path) => new(_parts.Gateway.Address.Replace("http:", "ws:", StringComparison.Ordinal) + path);

    private Task<HttpResponseMessage> SendAsync(string method, string target, string accept, string? authorization = null)
    {
        // The client itself would rewrite the query.
        var address =
            new Uri(_parts.Gateway.Address + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return _parts.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task AcceptAsync(HttpContext context, string? protocol)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1.
        var key = System.Text.Encoding.ASCII.GetBytes(context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(key));
#pragma warning restore CA5350
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        if (protocol is not null)
        {
            context.Response.Headers.SecWebSocketProtocol = protocol;
        }

        await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>The default source and the two for browsers.</summary>
    public sealed class Sources : StandardGateway
    {
        private protected override void Configure(JsonObject configuration) => configuration
            .With(
                "Gateway:TokenSources",
                """[{ "Header": "Authorization", "Scheme": "Bearer" }, { "WebSocketProtocol": "bearer" }, { "Query": "access_token" }]""")
            .WithPolicy("keeping", """{ "ForwardToken": true }""")
            .WithPolicy("trial", """{ "Mode": "Report" }""")
            .WithRoute("transformed", "Authenticated", """{ "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""");
    }
}
