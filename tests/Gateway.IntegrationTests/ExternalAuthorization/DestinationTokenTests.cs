using System.Net;
using Gateway.IntegrationTests.Identity;
using Gateway.Testing;

namespace Gateway.IntegrationTests.ExternalAuthorization;

/// <summary>
/// What a destination verifies travels with the decision too: the signed assertion, and a token that is exchanged for its cluster.
/// </summary>
public sealed class DestinationTokenTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private FakeTokenEndpoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _endpoint = await FakeTokenEndpoint.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Decision_carries_the_assertion_and_no_client_s_own()
    {
        var configuration = AuthorizedGateway.Open(TestGateway.Configuration(_issuer, _destination))
            .With("Gateway:Identity:Assertion", """{ "KeyFile": "assertion.jwks", "Issuer": "https://api.example.com" }""");
        await using var gateway = await TestGateway.StartAsync(
            configuration, files: new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(SigningKey.Ec("first")) });

        using var allowed = await gateway.AskAsync("/private/a", _issuer.Token().Build(), headers: (AssertionGateway.Header, "evil"));
        using var open = await gateway.AskAsync("/public/a", headers: (AssertionGateway.Header, "evil"));

        AssertionGateway.PayloadOf(allowed.Raw(AssertionGateway.Header)!)["aud"]!.GetValue<string>().ShouldBe("recorder");
        open.Raw(AssertionGateway.Header).ShouldBe("");
    }

    [Fact]
    public async Task Decision_carries_the_exchanged_token_or_is_no_decision()
    {
        var configuration = AuthorizedGateway.Open(TestGateway.Configuration(_issuer, _destination))
            .With(
                "Gateway:Exchanges:orders",
                $$"""{ "TokenEndpoint": "{{_endpoint.Address}}", "ClientId": "gateway", "SecretFile": "secret", "Audience": "orders" }""")
            .With("Gateway:Clusters:recorder:Exchange", "\"orders\"");
        await using var gateway =
            await TestGateway.StartAsync(configuration, files: new Dictionary<string, string> { ["secret"] = "secret" });
        var token = _issuer.Token().Build();

        using var allowed = await gateway.AskAsync("/private/a", token);
        await _endpoint.DisposeAsync();
        using var failed = await gateway.AskAsync("/private/a", _issuer.Token().With("sub", "bob").Build());

        allowed.Raw("Authorization").ShouldBe("Bearer issued-1");
        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        failed.Raw("Authorization").ShouldBeNull();
    }
}
