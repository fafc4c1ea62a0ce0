using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Issuers.Introspection;

/// <summary>An introspection endpoint that fails, lies or stalls: 503 for opaque tokens, never 500, and never let through.</summary>
public sealed class IntrospectionFaultTests
{
    private const string Token = IntrospectingGateway.Token;

    public static TheoryData<string> Faults =>
    [
        "", "[]", "null", "true", "{", "{}", """{"active":"true"}""", """{"active":1}""", """{"active":null}""", """{"active":[true]}""",
        """{"active":true,"active":true}""", """{"active":false,"active":true}""", """{"Active":true}""",
        """{"active":true,"sub":"\ud800"}""",
        "\uFEFF{\"active\":true}", """{"active":true} {"active":true}""",
        "status:500", "status:503", "status:401", "status:403", "status:404", "status:400", "status:201", "status:204", "redirect", "huge",
        "type", "abort", "stall", "trickle", "deep",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Response_that_is_of_no_use_gets_503(string fault)
    {
        await using var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["Timeout"] = "00:00:00.500" });
        var active = parts.Active().ToJsonString();
        parts.Endpoint.Knows(Token, parts.Active());
        parts.Endpoint.Handler = (context, _) => SpoilAsync(context, fault, active, parts.Issuer.Address);

        using var response = await parts.Gateway.GetAsync("/private/orders", Token);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["reason"]!.GetValue<string>().ShouldBe("introspection_unavailable");
        parts.Destination.Received.Count.ShouldBe(0);
        parts.Endpoint.Handler = null;
        (await parts.StatusAsync()).ShouldBe(200);
        // The tokens that it signs do not need it.
        (await parts.StatusAsync(parts.Issuer.Token().Build())).ShouldBe(200);
    }

    [Fact]
    public async Task Server_that_is_away_is_not_called_for_each_request_and_is_used_again_when_it_is_back()
    {
        await using var parts = await IntrospectingGateway.StartAsync();
        parts.Endpoint.Knows("good", parts.Active());
        parts.Endpoint.Handler = (context, _) => SpoilAsync(context, "status:500", "", "");

        for (var request = 0; request < 50; request++)
        {
            (await parts.DecideAsync($"token-{request}")).ShouldBe((503, "introspection_unavailable"));
        }

        // Five in a row, and the tries that follow: after one second, after two more.
        parts.Endpoint.Calls.Count.ShouldBeInRange(5, 10);
        parts.Endpoint.Handler = null;
        await Eventually.TrueAsync(async () => await parts.StatusAsync("good") == 200, "the server is called again");
        parts.Gateway.Logs.Lines.Count(line => line.Contains("242: Issuer shop: cannot introspect", StringComparison.Ordinal)).ShouldBe(1);
        parts.Gateway.Logs.Lines.ShouldContain(
            line => line.Contains("243: Issuer shop: introspects opaque tokens again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Flood_of_opaque_tokens_costs_the_server_the_configured_rate_and_known_clients_nothing()
    {
        var clock = new ShiftedClock();
        await using var parts =
            await IntrospectingGateway.StartAsync(new JsonObject { ["MaxCallsPerSecond"] = 5, ["CacheFor"] = "00:00:10" }, clock);
        parts.Endpoint.Knows(Token, FakeIntrospection.Active(parts.Issuer.Issuer, clock));
        (await parts.StatusAsync()).ShouldBe(200);
        var start = TimeProvider.System.GetTimestamp();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 300).Select(request => parts.StatusAsync($"flood-{request}")));

        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        statuses.ShouldAllBe(status => status == 401 || status == 503);
        parts.Endpoint.Calls.Count.ShouldBeLessThanOrEqualTo(1 + 5 + (int)Math.Ceiling(5 * seconds));
        // The client whose token was good is served in the flood, though its token has to be asked about again.
        clock.Advance(TimeSpan.FromSeconds(11));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(request => parts.StatusAsync($"more-{request}")));
        (await parts.StatusAsync()).ShouldBe(200);
    }

    [Fact]
    public async Task Client_that_leaves_does_not_end_the_call_for_others()
    {
        await using var parts = await IntrospectingGateway.StartAsync(new JsonObject { ["Timeout"] = "00:00:30" });
        parts.Endpoint.Knows(Token, parts.Active());
        var gate = new TaskCompletionSource();
        parts.Endpoint.Handler = async (context, response) =>
        {
            await gate.Task;
            await FakeIntrospection.WriteAsync(context, response.ToJsonString());
        };
        using var leaving = new CancellationTokenSource();
        var left = parts.Gateway.Client.SendAsync(TestGateway.Request(HttpMethod.Get, "/private/orders", Token), leaving.Token);
        await Eventually.TrueAsync(() => parts.Endpoint.Calls.Count == 1, "the issuer is asked");
        var staying = parts.StatusAsync();

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        gate.SetResult();

        (await staying).ShouldBe(200);
        parts.Endpoint.Calls.Count.ShouldBe(1);
    }

    private static async Task SpoilAsync(HttpContext context, string fault, string active, string elsewhere)
    {
        switch (fault)
        {
            case "redirect":
                context.Response.Redirect($"{elsewhere}/keys");
                return;
            case "huge":
                await FakeIntrospection.WriteAsync(context, active[..^1] + $",\"x\":\"{new string('x', 70_000)}\"}}");
                return;
            case "type":
                await FakeIntrospection.WriteAsync(context, active, "application/token-introspection+jwt");
                return;
            case "deep":
                await FakeIntrospection.WriteAsync(context, active[..^1] + $",\"x\":{new string('[', 40)}{new string(']', 40)}}}");
                return;
            case "abort":
                context.Response.ContentLength = active.Length + 10;
                await context.Response.WriteAsync(active);
                context.Abort();
                return;
            case "stall":
                await Task.Delay(
                    Timeout.InfiniteTimeSpan, TimeProvider.System,
                    context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            case "trickle":
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(" ");
                    await context.Response.Body.FlushAsync();
                    await Task.Delay(
                        TimeSpan.FromMilliseconds(50), TimeProvider.System,
                        context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                return;
            case var status when status.StartsWith("status:", StringComparison.Ordinal):
                context.Response.StatusCode = int.Parse(status["status:".Length..], System.Globalization.CultureInfo.InvariantCulture);
                return;
            default:
                await FakeIntrospection.WriteAsync(context, fault);
                return;
        }
    }
}
