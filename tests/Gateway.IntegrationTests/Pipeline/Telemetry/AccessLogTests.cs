using System.Net;
using Gateway.Foundation;
using Gateway.Pipeline.Telemetry;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Telemetry;

/// <summary>The access log at its two levels: who was rejected and why, or every request.</summary>
public sealed class AccessLogTests : IAsyncLifetime
{
    private const string Caller = "0af7651916cd43dd8448eb211c80319c";

    private readonly List<TestGateway> _gateways = [];
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    [Fact]
    public async Task Every_request_has_one_line_where_all_are_asked_for()
    {
        var gateway = await StartAsync("Debug");
        var token = _issuer.Token().With("sub", "alice").With("jti", "token-1").Build();

        using var allowed = await gateway.GetAsync("/private/orders?secret=1", token);
        using var open = await gateway.GetAsync("/public/orders");
        using var nowhere = await gateway.GetAsync("/nowhere");

        var lines = await LinesAsync(gateway, 3);
        lines[0].ShouldMatch(
            "^Debug Gateway.Access 104: GET on route private: 200 in [0-9.]+ ms, decision allow, reason none, issuer shop, "
            + $"subject {Pseudonym.Of(_issuer.Issuer, "alice")}, token {Pseudonym.Of(_issuer.Issuer, "token-1")}, "
            + "destination recorder/one, error -, cause -, client 127.0.0.1, trace [0-9A-Z:]+\\. $");
        lines[1].ShouldContain("GET on route public: 200");
        lines[1].ShouldContain("decision none, reason none, issuer -, subject -, token -, destination recorder/one");
        lines[2].ShouldContain("GET on route -: 404");
        lines.ShouldAllBe(line => !line.Contains("secret") && !line.Contains("alice"));
    }

    [Fact]
    public async Task Only_rejected_and_failed_requests_have_a_line_by_default()
    {
        var gateway = await StartAsync(null);
        _destination.Handler = context =>
        {
            context.Response.StatusCode = context.Request.Path == "/private/broken" ? 500 : 200;
            return Task.CompletedTask;
        };
        var token = _issuer.Token();

        using var allowed = await gateway.GetAsync("/private/orders", token.Build());
        using var nowhere = await gateway.GetAsync("/nowhere");
        using var rejected = await gateway.GetAsync("/private/orders");
        using var insufficient = await gateway.GetAsync("/admins/orders", token.Build());
        using var reported = await gateway.GetAsync("/trial/orders", token.Build());
        using var ambiguous = await gateway.GetAsync("/public/a%2fb");
        using var broken = await gateway.GetAsync("/private/broken", token.Build());

        var lines = await LinesAsync(gateway, 5);
        lines.ShouldAllBe(line => line.StartsWith("Information Gateway.Access 104: GET on route "));
        lines[0].ShouldContain("private: 401");
        lines[0].ShouldContain("decision deny, reason missing, issuer -, subject -, token -");
        lines[1].ShouldContain("admins: 403");
        lines[1].ShouldContain($"decision deny, reason insufficient_scope, issuer shop, subject {Pseudonym.Of(_issuer.Issuer, "alice")}");
        lines[2].ShouldContain("trial: 200");
        lines[2].ShouldContain("decision report, reason insufficient_scope, issuer shop");
        lines[3].ShouldContain("-: 400");
        lines[3].ShouldContain("decision ambiguous, reason TargetSeparator");
        lines[4].ShouldContain("private: 500");
        lines[4].ShouldContain("decision allow, reason none");
    }

    [Fact]
    public async Task No_request_has_a_line_where_nobody_asks()
    {
        var gateway = await StartAsync("None");

        using var rejected = await gateway.GetAsync("/private/orders");

        rejected.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        gateway.Logs.Lines.ShouldNotContain(line => line.Contains(AccessLog.Category));
    }

    [Fact]
    public async Task Request_that_is_not_traced_keeps_its_callers_trace_to_the_byte_and_is_found_by_it()
    {
        var gateway = await StartAsync(null);
        const string parent = $"00-{Caller}-b7ad6b7169203331-01";
        using var forwarded = TestGateway.Request(HttpMethod.Get, "/public/orders");
        forwarded.Headers.Add("traceparent", parent);
        forwarded.Headers.Add("baggage", "a=b");
        using var rejected = TestGateway.Request(HttpMethod.Get, "/private/orders");
        rejected.Headers.Add("traceparent", parent);

        using var answer = await gateway.Client.SendAsync(forwarded);
        using var rejection = await gateway.Client.SendAsync(rejected);

        // An activity of our own would have put its span in place of the caller's.
        _destination.Last.Header("traceparent").ShouldBe(parent);
        _destination.Last.Header("baggage").ShouldBe("a=b");
        var problem = await rejection.ShouldBeProblemAsync(401);
        problem["traceId"]!.GetValue<string>().ShouldBe(Caller);
        (await LinesAsync(gateway, 1))[0].ShouldContain($"trace {Caller}.");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("made up by <somebody>")]
    public async Task Request_without_a_trace_gets_a_name_of_its_own_in_answer_and_line(string? traceparent)
    {
        var gateway = await StartAsync(null);
        using var request = TestGateway.Request(HttpMethod.Get, "/private/orders");
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);

        using var rejection = await gateway.Client.SendAsync(request);

        var name = (await rejection.ShouldBeProblemAsync(401))["traceId"]!.GetValue<string>();
        name.ShouldMatch("^[0-9A-Z]{13}:[0-9]{8}$");
        (await LinesAsync(gateway, 1))[0].ShouldContain($"trace {name}.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    private async Task<TestGateway> StartAsync(string? level)
    {
        var configuration = TestGateway.Configuration(_issuer, _destination)
            .WithPolicy("admins", """{ "Scopes": { "All": ["admin"] } }""")
            .WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["admin"] } }""");
        var gateway = await TestGateway.StartAsync(
            configuration,
            settings: level is null ? null : new Dictionary<string, string?> { ["Logging:LogLevel:Gateway.Access"] = level });
        _gateways.Add(gateway);
        return gateway;
    }

    /// <summary>The lines are written after the answers are.</summary>
    private static async Task<string[]> LinesAsync(TestGateway gateway, int count)
    {
        string[] lines = [];
        await Eventually.TrueAsync(
            () =>
                (lines = [.. gateway.Logs.Lines.Where(line => line.Contains(AccessLog.Category, StringComparison.Ordinal))]).Length >= count,
            "the lines are written");
        lines.Length.ShouldBe(count);
        return lines;
    }
}
