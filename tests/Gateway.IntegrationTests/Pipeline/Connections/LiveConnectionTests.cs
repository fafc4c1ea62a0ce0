using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.IntegrationTests.Pipeline.Connections;

/// <summary>
/// What lives on after its request was admitted ends with its token, in the way its protocol has for it, and nothing else does.
/// </summary>
public sealed class LiveConnectionTests(LiveGateway parts) : IClassFixture<LiveGateway>
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_of_an_expired_token_is_closed_with_1008(string version)
    {
        using var metrics = new MetricCapture(parts.Gateway, "gateway.connections.closed");
        using var socket = await parts.OpenAsync("echo", Token(), Version.Parse(version));
        (await LiveGateway.EchoAsync(socket, "hello")).ShouldBe("hello");

        parts.Clock.Advance(LiveGateway.PastExpiry);

        (await LiveGateway.UntilClosedAsync(socket)).ShouldBeLessThan(LiveGateway.Soon);
        metrics.Measurements.ShouldContain("1 reason=expired");
    }

    [Fact]
    public async Task WebSocket_of_a_revoked_token_is_closed_and_no_other()
    {
        using var metrics = new MetricCapture(parts.Gateway, "gateway.connections.closed");
        using var revoked = await parts.OpenAsync("echo", Token("bad"));
        using var kept = await parts.OpenAsync("kept", Token("bad"));
        using var other = await parts.OpenAsync("echo", Token());

        (await parts.Gateway.RevokeAsync("""{ "kind": "jti", "value": "bad" }""")).Status.ShouldBe(200);

        (await LiveGateway.UntilClosedAsync(revoked)).ShouldBeLessThan(LiveGateway.Soon);
        await LiveGateway.UntilClosedAsync(kept);
        (await LiveGateway.EchoAsync(other, "still here")).ShouldBe("still here");
        metrics.Measurements.ShouldBe(["2 reason=revoked"]);
    }

    [Fact]
    public async Task Code_that_follows_a_live_connection_loses_its_user_when_the_token_is_revoked()
    {
        // In report mode the connection stays open, so that the test can still query its request.
        using var socket = await parts.OpenAsync("trial", Token("withdrawn"));
        var request = parts.LastRequest!;
        request.User.Identity!.IsAuthenticated.ShouldBeTrue();

        (await parts.Gateway.RevokeAsync("""{ "kind": "jti", "value": "withdrawn" }""")).Status.ShouldBe(200);

        await Eventually.TrueAsync(() => request.User.Identity?.IsAuthenticated == false, "the user is withdrawn");
        request.Features.Get<IAuthenticateResultFeature>()!.AuthenticateResult!.Succeeded.ShouldBeFalse();
        (await request.AuthenticateAsync()).Succeeded.ShouldBeFalse();
        (await LiveGateway.EchoAsync(socket, "still here")).ShouldBe("still here");
    }

    [Fact]
    public async Task WebSocket_of_a_forgotten_key_is_closed()
    {
        using var socket = await parts.OpenAsync("echo", parts.Issuer.Token(parts.Clock, "ES256").Build());
        using var operatorClient = new HttpClient { BaseAddress = new Uri(parts.Gateway.ManagementAddress) };

        using var answer = await operatorClient.PostAsync($"/admin/issuers/shop/forget-key/{parts.Issuer.Ec.KeyId}", null);

        answer.IsSuccessStatusCode.ShouldBeTrue();
        await LiveGateway.UntilClosedAsync(socket);
    }

    [Fact]
    public async Task Keep_report_mode_and_a_public_route_let_it_live_on()
    {
        using var decisions = new MetricCapture(parts.Gateway, "gateway.auth.decisions");
        using var kept = await parts.OpenAsync("kept", Token());
        using var trial = await parts.OpenAsync("trial", Token());
        using var open = await parts.OpenAsync("open", null);
        using var ended = await parts.OpenAsync("echo", Token());

        parts.Clock.Advance(LiveGateway.PastExpiry);

        await LiveGateway.UntilClosedAsync(ended);
        await Eventually.TrueAsync(
            () => decisions.Measurements.Contains("1 decision=report reason=expired route=trial issuer=shop"),
            "the sweep has come to the trial");
        foreach (var socket in new[] { kept, trial, open })
        {
            (await LiveGateway.EchoAsync(socket, "still here")).ShouldBe("still here");
        }
    }

    [Fact]
    public async Task Event_stream_ends_in_order()
    {
        parts.Destination.Handler = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await LiveGateway.SilenceAsync(context);
        };
        using var request = TestGateway.Request(HttpMethod.Get, "/private/events", Token());
        using var response = await parts.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe("data: one");

        parts.Clock.Advance(LiveGateway.PastExpiry);

        (await reader.ReadToEndAsync().WaitAsync(LiveGateway.Soon)).Trim().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Grpc_stream_ends_with_status_unauthenticated(bool isStillSending)
    {
        using var client = parts.Gateway.CreateClient(HttpVersion.Version20);
        using var request = TestGateway.Request(HttpMethod.Post, "/grpc/shop.Orders/Follow", Token());
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Content = isStillSending ? new OpenContent() : new ByteArrayContent(new byte[5]);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[6]);

        parts.Clock.Advance(LiveGateway.PastExpiry);

        (await body.ReadAsync(new byte[1]).AsTask().WaitAsync(LiveGateway.Soon)).ShouldBe(0);
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["16"]);
        await parts.GrpcIsOver.WaitAsync(LiveGateway.Soon);
    }

    [Fact]
    public async Task Connection_that_cannot_end_in_order_is_cut_off()
    {
        // A frame of ten bytes of which five ever come.
        parts.Destination.Handler = async context =>
        {
            context.Response.Headers.Connection = "Upgrade";
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers["Sec-WebSocket-Accept"] = AcceptOf(context.Request.Headers["Sec-WebSocket-Key"].ToString());
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            await stream.WriteAsync(new byte[] { 0x82, 10, 1, 2, 3, 4, 5 });
            await stream.FlushAsync();
            while (await stream.ReadAsync(new byte[100]) > 0)
            {
            }
        };
        using var socket = await parts.OpenAsync("private", Token());
        var buffer = new byte[5];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        (await socket.ReceiveAsync(buffer, deadline.Token)).Count.ShouldBe(5);

        parts.Clock.Advance(LiveGateway.PastExpiry);

        await Should.ThrowAsync<WebSocketException>(socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(LiveGateway.Soon));
    }

    [Fact]
    public async Task Access_log_says_why_it_ended()
    {
        using var socket = await parts.OpenAsync("echo", Token("logged"));

        await parts.Gateway.RevokeAsync("""{ "kind": "jti", "value": "logged" }""");
        await LiveGateway.UntilClosedAsync(socket);

        await Eventually.TrueAsync(
            () =>
                parts.Gateway.Logs.Lines.Any(
                    line => line.Contains("decision close, reason revoked, issuer shop", StringComparison.Ordinal)),
            "the end is logged");
    }

    private string Token(string? id = null)
    {
        var token = parts.Issuer.Token(parts.Clock);
        return (id is null ? token : token.With("jti", id)).Build();
    }

    private static string AcceptOf(string key) =>
#pragma warning disable CA5350 // RFC 6455 section 4.2.2 says SHA-1.
        Convert.ToBase64String(
            System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    /// <summary>A message of a client that has more to say, some time.</summary>
    private sealed class OpenContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[5]);
            await stream.FlushAsync();
            await new TaskCompletionSource().Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
