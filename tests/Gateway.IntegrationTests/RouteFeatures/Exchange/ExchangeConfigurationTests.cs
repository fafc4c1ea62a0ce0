using Gateway.Settings;
using Gateway.Testing;

namespace Gateway.IntegrationTests.RouteFeatures.Exchange;

/// <summary>Exchanges that are configured wrongly.</summary>
public sealed class ExchangeConfigurationTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData("""{ "ClientId": "a", "SecretFile": "secret" }""", "TokenEndpoint", "this is not the URL of a token endpoint.")]
    [InlineData(
        """{ "TokenEndpoint": "ftp://a", "ClientId": "a", "SecretFile": "secret" }""", "TokenEndpoint",
        "this is not the URL of a token endpoint.")]
    [InlineData(
        """{ "TokenEndpoint": "https://u@a/", "ClientId": "a", "SecretFile": "secret" }""", "TokenEndpoint",
        "this is not the URL of a token endpoint.")]
    [InlineData("""{ "TokenEndpoint": "https://a/", "SecretFile": "secret" }""", "ClientId", "this is required.")]
    [InlineData("""{ "TokenEndpoint": "https://a/", "ClientId": "a" }""", "SecretFile", "this is required.")]
    [InlineData("""{ "TokenEndpoint": "https://a/", "ClientId": "a", "SecretFile": "none" }""", "SecretFile", "the file does not exist.")]
    [InlineData(
        """{ "TokenEndpoint": "https://a/", "ClientId": "a", "SecretFile": "secret", "Timeout": "00:02:00" }""", "Timeout",
        "this is out of range.")]
    public async Task Mistake_is_an_error_at_start_that_names_its_place(string exchange, string place, string problem)
    {
        var configuration = TestGateway.Configuration(_issuer, _destination).With("Gateway:Exchanges:orders", exchange);

        var error = (
            await Should.ThrowAsync<ConfigurationException>(
                TestGateway.StartAsync(configuration, files: ExchangeTests.Files))).Errors.ShouldHaveSingleItem();

        error.Path.ShouldBe($"Gateway:Exchanges:orders:{place}");
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData(
        "Gateway:Clusters:recorder:Exchange", "\"ordrs\"", "Gateway:Clusters:recorder:Exchange",
        "there is no \"ordrs\" in Gateway:Exchanges.")]
    [InlineData(
        "Gateway:Policies:forward", """{ "ForwardToken": true }""", "ReverseProxy:Routes:forward:AuthorizationPolicy",
        "this policy forwards the caller's token, and the cluster exchanges it.")]
    public async Task Contradiction_is_an_error_at_start(string setting, string json, string place, string problem)
    {
        var configuration = ExchangeTests.Configuration(_issuer, _destination, "https://issuer.test/token")
            .With("Gateway:Policies:forward", "{ }").WithRoute("forward", "forward").With(setting, json);

        var errors = (
            await Should.ThrowAsync<ConfigurationException>(TestGateway.StartAsync(configuration, files: ExchangeTests.Files))).Errors;

        errors.ShouldContain(error => error.Path == place && error.Problem == problem);
    }
}
