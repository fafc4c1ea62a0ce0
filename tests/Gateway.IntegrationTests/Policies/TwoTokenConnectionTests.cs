using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Gateway.Foundation;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Pipeline.Connections;
using Gateway.Sandbox;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>A WebSocket that was admitted with several tokens ends with any that the permission rests on, and with no other.</summary>
public sealed class TwoTokenConnectionTests : IAsyncLifetime
{
    private readonly EchoDestination _echo = new(0);
    private readonly ShiftedClock _clock = new();
    private FakeIssuer _users = null!;
    private FakeIssuer _workloads = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _users = await FakeIssuer.StartAsync();
        _workloads = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        await _echo.StartAsync(CancellationToken.None);
        var configuration = TwoTokenGateway.Configuration(_users, _workloads, _destination)
            .With("Gateway:Revocation:MaxStaleness", JsonValue.Create("1.00:00:00"))
            .WithCluster("echo", _echo.Url);
        foreach (var route in new[] { "pay", "either", "sockets", "trial" })
        {
            configuration["ReverseProxy"]!["Routes"]![route]!["ClusterId"] = "echo";
        }

        _gateway = await TestGateway.StartAsync(configuration, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _echo.DisposeAsync();
        await _destination.DisposeAsync();
        await _users.DisposeAsync();
        await _workloads.DisposeAsync();
    }

    [Fact]
    public async Task Revocation_of_any_token_that_the_permission_rests_on_closes_it()
    {
        using var user = await OpenAsync("pay", Token(_users, "user-1"), Token(_workloads, "job-1"));
        using var workload = await OpenAsync("pay", Token(_users, "user-2"), Token(_workloads, "job-2"));
        using var both = await OpenAsync("pay", Token(_users, "user-3"), Token(_workloads, "job-3"));
        // The user's token was enough here.
        using var either = await OpenAsync("either", Token(_users, "user-3"), Token(_workloads, "job-2"));

        await RevokeAsync(_users, "user-1");
        await RevokeAsync(_workloads, "job-2");

        await LiveGateway.UntilClosedAsync(user);
        await LiveGateway.UntilClosedAsync(workload);
        (await LiveGateway.EchoAsync(both, "still here")).ShouldBe("still here");
        (await LiveGateway.EchoAsync(either, "still here")).ShouldBe("still here");
    }

    [Theory]
    [InlineData("user", "shop")]
    [InlineData("job", "cluster")]
    public async Task Access_log_names_the_token_that_ended_it(string revoked, string issuer)
    {
        var (user, workload) = ($"user-of-{revoked}", $"job-of-{revoked}");
        using var socket = await OpenAsync("pay", Token(_users, user), Token(_workloads, workload));
        var (from, id) = revoked == "user" ? (_users, user) : (_workloads, workload);

        await RevokeAsync(from, id);
        await LiveGateway.UntilClosedAsync(socket);

        // The subject is the caller's in both.
        var expected = $"decision close, reason revoked, issuer {issuer}, subject {Pseudonym.Of(_users.Issuer, "alice")}, "
            + $"token {Pseudonym.Of(from.Issuer, id)}, ";
        await Eventually.TrueAsync(
            () => _gateway.Logs.Lines.Any(line => line.Contains(expected, StringComparison.Ordinal)), "the end is logged");
    }

    [Fact]
    public async Task Report_mode_counts_the_issuer_of_the_token_that_would_have_ended_it()
    {
        using var decisions = new MetricCapture(_gateway, "gateway.auth.decisions");
        using var socket = await OpenAsync("trial", Token(_users, "user"), Token(_workloads, "reported"));

        await RevokeAsync(_workloads, "reported");

        await Eventually.TrueAsync(
            () => decisions.Measurements.Contains("1 decision=report reason=revoked route=trial issuer=cluster"), "it is counted");
        (await LiveGateway.EchoAsync(socket, "still here")).ShouldBe("still here");
    }

    [Fact]
    public async Task First_token_to_expire_ends_it()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        using var ended = await OpenAsync(
            "pay", _users.Token(_clock).With("exp", now + 3_000).Build(), _workloads.Token(_clock).With("exp", now + 300).Build());
        using var kept = await OpenAsync(
            "pay", _users.Token(_clock).With("exp", now + 3_000).Build(), _workloads.Token(_clock).With("exp", now + 3_000).Build());

        _clock.Advance(LiveGateway.PastExpiry);

        await LiveGateway.UntilClosedAsync(ended);
        (await LiveGateway.EchoAsync(kept, "still here")).ShouldBe("still here");
    }

    [Fact]
    public async Task Named_source_can_be_a_subprotocol()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Token(_users, "user")}");
        socket.Options.AddSubProtocol("workload");
        socket.Options.AddSubProtocol(Token(_workloads, "job-9"));
        await socket.ConnectAsync(Address("sockets"), TestContext.Current.CancellationToken);

        await RevokeAsync(_workloads, "job-9");

        socket.SubProtocol.ShouldBe("workload");
        await LiveGateway.UntilClosedAsync(socket);
        using var header = new ClientWebSocket();
        header.Options.SetRequestHeader("Authorization", $"Bearer {Token(_users, "user")}");
        header.Options.SetRequestHeader(TwoTokenGateway.Header, Token(_workloads, "job"));
        header.Options.CollectHttpResponseDetails = true;
        await Should.ThrowAsync<WebSocketException>(() => header.ConnectAsync(Address("sockets"), TestContext.Current.CancellationToken));
        header.HttpStatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<ClientWebSocket> OpenAsync(string route, string user, string workload)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {user}");
        socket.Options.SetRequestHeader(TwoTokenGateway.Header, workload);
        await socket.ConnectAsync(Address(route), TestContext.Current.CancellationToken);
        (await LiveGateway.EchoAsync(socket, "hello")).ShouldBe("hello");
        return socket;
    }

    private async Task RevokeAsync(FakeIssuer issuer, string id) =>
        (await _gateway.RevokeAsync($$"""{ "kind": "jti", "value": "{{id}}", "issuer": "{{issuer.Issuer}}" }""")).Status.ShouldBe(200);

    private Uri Address(string route) => new($"{_gateway.Address.Replace("http:", "ws:", StringComparison.Ordinal)}/{route}/ws");

    private string Token(FakeIssuer issuer, string id) => issuer.Token(_clock).With("jti", id).Build();
}
