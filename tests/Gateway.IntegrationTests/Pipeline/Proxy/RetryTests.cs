using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

public sealed class RetryTests
{
    private const string Retry = """{ "Retry": { "Attempts": 1 } }""";

    public static TheoryData<string> IdempotentMethods => ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];

    public static TheoryData<string> OtherMethods => ["POST", "PATCH", "PURGE"];

    [Fact]
    public async Task Destination_that_cannot_be_connected_to_is_a_502_without_the_setting()
    {
        await using var cluster = await Cluster.StartAsync(null, listening: 1, absent: 1);

        var statuses = await cluster.StatusesAsync(4, () => TestGateway.Request(HttpMethod.Get, "/public/a"));

        statuses.Count(status => status == 502).ShouldBe(2);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Request_goes_to_another_destination_when_the_first_cannot_be_connected_to(string method)
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 1, absent: 1);
        using var retries = new MetricCapture(cluster.Gateway, "gateway.cluster.retries");

        var statuses = await cluster.StatusesAsync(6, () => TestGateway.Request(new HttpMethod(method), "/public/a"));

        statuses.ShouldAllBe(status => status == 200);
        cluster.Received.Count().ShouldBe(6);
        retries.Measurements.ShouldHaveSingleItem().ShouldContain("cluster=recorder result=success");
    }

    [Fact]
    public async Task Second_destination_gets_the_whole_request_and_the_identity_once()
    {
        var bodies = new List<string>();
        await using var cluster = await Cluster.StartAsync(Retry, listening: 1, absent: 1, async context =>
        {
            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync());
        });
        var token = cluster.Issuer.Token().Build();

        var statuses = await cluster.StatusesAsync(2, () =>
        {
            var request = TestGateway.Request(HttpMethod.Post, "/private/a?b=c", token);
            request.Headers.Add("X-Mine", "1");
            request.Content = new StringContent(new string('x', 100_000));
            return request;
        });

        statuses.ShouldBe([200, 200]);
        bodies.ShouldBe([new string('x', 100_000), new string('x', 100_000)]);
        var (one, other) = (cluster.Received.First(), cluster.Received.Last());
        one.Target.ShouldBe("/private/a?b=c");
        one.Headers["X-Auth-Subject"].ShouldHaveSingleItem();
        one.Headers["X-Forwarded-For"].ShouldHaveSingleItem();
        one.Header("Authorization").ShouldBeNull();
        // One of the two came by a retry, and nothing tells which.
        one.Headers.Keys.Order().ShouldBe(other.Headers.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(IdempotentMethods))]
    public async Task Idempotent_request_without_a_body_is_sent_again_when_the_destination_breaks_off(string method)
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 2, handler: BreakOff);

        (await cluster.StatusesAsync(1, () => TestGateway.Request(new HttpMethod(method), "/public/a"))).ShouldBe([502]);

        cluster.Destinations.ShouldAllBe(destination => destination.Received.Count == 1);
    }

    [Theory]
    [MemberData(nameof(OtherMethods))]
    public async Task Other_request_is_sent_once_when_the_destination_breaks_off(string method)
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 2, handler: BreakOff);

        (await cluster.StatusesAsync(1, () => TestGateway.Request(new HttpMethod(method), "/public/a"))).ShouldBe([502]);

        cluster.Received.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Request_whose_body_was_read_is_sent_once()
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 2, handler: async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[100]);
            context.Abort();
        });

        await cluster.StatusesAsync(1, () =>
        {
            var request = TestGateway.Request(HttpMethod.Put, "/public/a");
            request.Content = new StringContent(new string('x', 1_000));
            return request;
        });

        cluster.Received.Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Answer_is_passed_on_whatever_its_status(int status)
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 2, handler: context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        (await cluster.StatusesAsync(1, () => TestGateway.Request(HttpMethod.Get, "/public/a"))).ShouldBe([status]);

        cluster.Received.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Request_is_sent_once_when_its_answer_has_begun()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await Cluster.StartAsync(Retry, listening: 2, handler: async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await arrived.Task;
            context.Abort();
        });

        using var request = TestGateway.Request(HttpMethod.Get, "/public/a");
        using var response = await cluster.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        arrived.SetResult();
        await Should.ThrowAsync<HttpRequestException>(response.Content.ReadAsStringAsync());

        cluster.Received.Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(5, 4)]
    public async Task Request_is_sent_to_as_many_others_as_attempts_say_and_to_none_twice(int attempts, int sent)
    {
        await using var cluster =
            await Cluster.StartAsync($$"""{ "Retry": { "Attempts": {{attempts}} } }""", listening: 4, handler: BreakOff);

        (await cluster.StatusesAsync(1, () => TestGateway.Request(HttpMethod.Get, "/public/a"))).ShouldBe([502]);

        cluster.Received.Count().ShouldBe(sent);
        cluster.Destinations.ShouldAllBe(destination => destination.Received.Count <= 1);
    }

    [Fact]
    public async Task Retries_end_with_the_budget()
    {
        await using var cluster = await Cluster.StartAsync("""{ "Retry": { "Budget": 0.1 } }""", listening: 2, handler: BreakOff);
        using var retries = new MetricCapture(cluster.Gateway, "gateway.cluster.retries");

        await cluster.StatusesAsync(40, () => TestGateway.Request(HttpMethod.Get, "/public/a"));

        // Ten in reserve at the start, and a tenth of forty.
        cluster.Received.Count().ShouldBe(40 + 14);
        retries.Measurements.ShouldBe(["14 cluster=recorder result=failure", "26 cluster=recorder result=over_budget"]);
    }

    [Fact]
    public async Task Failure_after_a_retry_is_one_problem()
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 1, absent: 1, BreakOff);

        using var response = await cluster.Gateway.GetAsync("/public/a");

        await response.ShouldBeProblemAsync(502);
    }

    [Fact]
    public async Task Handshake_of_a_WebSocket_is_sent_once()
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 1, absent: 1);

        var statuses = await cluster.StatusesAsync(2, () =>
        {
            var request = TestGateway.Request(HttpMethod.Get, "/public/a");
            request.Headers.Add("Connection", "Upgrade");
            request.Headers.Add("Upgrade", "websocket");
            request.Headers.Add("Sec-WebSocket-Version", "13");
            request.Headers.Add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
            return request;
        });

        statuses.Count(status => status == 502).ShouldBe(1);
    }

    [Fact]
    public async Task Session_is_bound_to_the_destination_that_answered()
    {
        await using var cluster = await Cluster.StartAsync(Retry, listening: 1, absent: 1, edit: configuration => configuration.With(
            "ReverseProxy:Clusters:recorder:SessionAffinity",
            """{ "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "where" }"""));
        var cookies = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await cluster.Gateway.GetAsync("/public/a");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            cookies.Add(response.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem());
        }

        cookies.ShouldHaveSingleItem();
    }

    private static Task BreakOff(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }
}
