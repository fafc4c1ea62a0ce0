using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

public sealed class BodyGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .WithRoute("large", "Authenticated", """{ "MaxRequestBodySize": -1 }""")
        .WithRoute("small", "Authenticated", """{ "MaxRequestBodySize": 1000 }""");
}

public sealed class BodyTests : IClassFixture<BodyGateway>
{
    private const long Large = 100 * 1024 * 1024;
    private const long AllowedGrowth = 60 * 1024 * 1024;

    private readonly StandardGateway _parts;

    public BodyTests(BodyGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Large_request_body_streams_through_at_flat_memory(string version)
    {
        long received = 0;
        _parts.Destination.Handler = async context => received = await DrainAsync(context.Request.Body);
        using var content = new StreamContent(new GeneratedStream(Large), 64 * 1024);
        content.Headers.ContentLength = Large;

        using var memory = new MemoryWatch();
        using var response = await SendAsync("/large/upload", version, content);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        received.ShouldBe(Large);
        memory.Growth.ShouldBeLessThan(AllowedGrowth);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Large_response_body_streams_through_at_flat_memory(string version)
    {
        _parts.Destination.Handler = async context =>
        {
            await using var body = new GeneratedStream(Large);
            await body.CopyToAsync(context.Response.Body, 64 * 1024, context.RequestAborted);
        };

        using var memory = new MemoryWatch();
        using var response = await SendAsync("/large/download", version);

        (await DrainAsync(await response.Content.ReadAsStreamAsync())).ShouldBe(Large);
        memory.Growth.ShouldBeLessThan(AllowedGrowth);
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2.0", true)]
    [InlineData("2.0", false)]
    public async Task Body_over_the_routes_limit_is_answered_with_413(string version, bool hasLength)
    {
        _parts.Destination.Handler = async context => await DrainAsync(context.Request.Body);
        using var content = new StreamContent(new GeneratedStream(5000));
        content.Headers.ContentLength = hasLength ? 5000 : null;

        using var response = await SendAsync("/small/upload", version, content);

        await response.ShouldBeProblemAsync(413);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Body_at_the_routes_limit_passes(string version)
    {
        long received = 0;
        _parts.Destination.Handler = async context => received = await DrainAsync(context.Request.Body);
        using var content = new StreamContent(new GeneratedStream(1000));
        content.Headers.ContentLength = 1000;

        using var response = await SendAsync("/small/upload", version, content);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        received.ShouldBe(1000);
    }

    [Fact]
    public async Task Bad_token_is_rejected_without_asking_for_the_announced_body()
    {
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            "POST /private/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bad\r\nExpect: 100-continue\r\nContent-Length: " +
                "1000000\r\nConnection: close\r\n\r\n");

        RawHttp.StatusesOf(response).ShouldBe([401]);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Announced_body_is_asked_for_when_the_token_is_good()
    {
        _parts.Destination.Handler = async context => await DrainAsync(context.Request.Body);
        var response = await RawHttp.SendAsync(
            _parts.Gateway.Address,
            $"POST /private/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_parts.Issuer.Token().Build()}\r\n"
            + "Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");

        RawHttp.StatusesOf(response).Last().ShouldBe(200);
    }

    [Fact]
    public async Task Events_reach_the_client_one_by_one()
    {
        var next = new SemaphoreSlim(0);
        _parts.Destination.Handler = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await next.WaitAsync(context.RequestAborted);
            }
        };

        using var response = await SendAsync("/private/events", "1.1");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        // The destination goes on only when the event before has arrived here: a buffer on the way would stop both.
        for (var i = 0; i < 3; i++)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            (await reader.ReadLineAsync(deadline.Token)).ShouldBe($"data: {i}");
            (await reader.ReadLineAsync(deadline.Token)).ShouldBe("");
            next.Release();
        }

        (await reader.ReadLineAsync()).ShouldBeNull();
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string version, HttpContent? content = null)
    {
        var client = _parts.Gateway.CreateClient(Version.Parse(version));
        using var request = TestGateway.Request(content is null ? HttpMethod.Get : HttpMethod.Post, path, _parts.Issuer.Token().Build());
        (request.Version, request.VersionPolicy, request.Content) = (client.DefaultRequestVersion, client.DefaultVersionPolicy, content);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<long> DrainAsync(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (await stream.ReadAsync(buffer) is > 0 and var length)
        {
            total += length;
        }

        return total;
    }
}
