using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

public sealed class FailingDestinations : StandardGateway
{
    private protected override void Configure(JsonObject configuration)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var rejecting = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}/";
        configuration
            .WithCluster("rejecting", rejecting)
            .WithCluster(
                "impatient",
                configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"]!.GetValue<string>())
            .With("ReverseProxy:Clusters:impatient:HttpRequest:ActivityTimeout", JsonValue.Create("00:00:00.200"))
            .WithRoute("rejected", "Anonymous", """{ "ClusterId": "rejecting" }""")
            .WithRoute("slow", "Anonymous", """{ "Timeout": "00:00:00.200" }""")
            .WithRoute("idle", "Anonymous", """{ "ClusterId": "impatient" }""")
            .WithRoute("read", "Authenticated", """{ "Match": { "Path": "/read/{**rest}", "Methods": ["GET"] } }""");
    }
}

public sealed class DestinationFailureTests : IClassFixture<FailingDestinations>
{
    private readonly StandardGateway _parts;

    public DestinationFailureTests(FailingDestinations parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Destination_that_refuses_the_connection_is_a_502_problem()
    {
        using var response = await _parts.Gateway.GetAsync("/rejected/a");

        await response.ShouldBeProblemAsync(502);
    }

    [Fact]
    public async Task Destination_that_breaks_off_is_a_502_problem()
    {
        _parts.Destination.Handler = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await _parts.Gateway.GetAsync("/public/a");

        await response.ShouldBeProblemAsync(502);
    }

    [Theory]
    [InlineData("/slow/a")]
    [InlineData("/idle/a")]
    public async Task Destination_that_does_not_answer_in_time_is_a_504_problem(string path)
    {
        _parts.Destination.Handler = context => HangAsync(context);

        using var response = await _parts.Gateway.GetAsync(path);

        await response.ShouldBeProblemAsync(504);
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/")]
    [InlineData("/readyz")]
    [InlineData("/livez")]
    public async Task No_route_is_a_404_problem_with_or_without_a_token(string path)
    {
        using var without = await _parts.Gateway.GetAsync(path);
        using var with = await _parts.Gateway.GetAsync(path, _parts.Issuer.Token().Build());

        await without.ShouldBeProblemAsync(404);
        await with.ShouldBeProblemAsync(404);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_method_is_a_405_problem_that_names_the_right_one()
    {
        using var request = TestGateway.Request(HttpMethod.Post, "/read/a", _parts.Issuer.Token().Build());
        request.Headers.Add("X-HTTP-Method-Override", "GET");
        using var response = await _parts.Gateway.Client.SendAsync(request);

        await response.ShouldBeProblemAsync(405);
        response.Raw("Allow").ShouldBe("GET");
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(401, "Bearer realm=\"inner\"", "inner says no")]
    [InlineData(403, null, "")]
    [InlineData(404, null, "")]
    [InlineData(500, null, "stack trace")]
    [InlineData(503, null, "")]
    public async Task Destinations_own_failure_passes_through_untouched(int status, string? challenge, string body)
    {
        _parts.Destination.Handler = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.WWWAuthenticate = challenge;
            context.Response.Headers["X-Inner"] = "yes";
            return context.Response.WriteAsync(body);
        };

        using var response = await _parts.Gateway.GetAsync("/private/a", _parts.Issuer.Token().Build());

        ((int)response.StatusCode).ShouldBe(status);
        response.Raw("WWW-Authenticate").ShouldBe(challenge);
        response.Raw("X-Inner").ShouldBe("yes");
        response.Raw("Cache-Control").ShouldBeNull();
        (await response.Content.ReadAsStringAsync()).ShouldBe(body);
    }

    private static async Task HangAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }
}
