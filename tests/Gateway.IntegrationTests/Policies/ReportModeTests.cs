using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

public sealed class ReportModeGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) =>
        configuration.WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["orders:admin"] } }""");
}

public sealed class ReportModeTests : IClassFixture<ReportModeGateway>
{
    private readonly StandardGateway _parts;

    public ReportModeTests(ReportModeGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData(null, "missing", "unknown")]
    [InlineData("not-a-jwt", "malformed", "unknown")]
    public async Task Bad_token_is_let_through_without_identity_and_counted(string? token, string reason, string issuer)
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.auth.decisions");
        using var request = TestGateway.Request(HttpMethod.Get, "/trial/orders", token);
        request.Headers.Add("X-Auth-Subject", "mallory");

        using var response = await _parts.Gateway.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Headers.Keys.ShouldNotContain(name => name.StartsWith("X-Auth-", StringComparison.OrdinalIgnoreCase));
        _parts.Destination.Last.Header("Authorization").ShouldBeNull();
        metrics.Measurements.ShouldBe([$"1 decision=report reason={reason} route=trial issuer={issuer}"]);
    }

    [Fact]
    public async Task Forged_token_is_let_through_without_the_identity_it_claims()
    {
        using var stranger = SigningKey.Rsa();

        using var response = await _parts.Gateway.GetAsync("/trial/orders", new TokenBuilder(stranger, _parts.Issuer.Issuer).Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBeNull();
    }

    [Fact]
    public async Task Valid_token_without_the_scope_is_let_through_with_its_identity_and_counted()
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.auth.decisions");

        using var response = await _parts.Gateway.GetAsync("/trial/orders", _parts.Issuer.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        _parts.Destination.Last.Header("X-Auth-Subject").ShouldBe("alice");
        metrics.Measurements.ShouldBe(["1 decision=report reason=insufficient_scope route=trial issuer=shop"]);
    }

    [Fact]
    public async Task Enforced_decisions_are_counted_as_allow_and_deny()
    {
        using var metrics = new MetricCapture(_parts.Gateway, "gateway.auth.decisions");

        using var allowed = await _parts.Gateway.GetAsync("/private/orders", _parts.Issuer.Token().Build());
        using var denied = await _parts.Gateway.GetAsync("/private/orders", _parts.Issuer.Token().With("aud", "other").Build());
        using var open = await _parts.Gateway.GetAsync("/public/orders");

        metrics.Measurements.ShouldBe(
        [
            "1 decision=allow reason=none route=private issuer=shop",
            "1 decision=deny reason=wrong_audience route=private issuer=shop",
        ]);
    }
}
