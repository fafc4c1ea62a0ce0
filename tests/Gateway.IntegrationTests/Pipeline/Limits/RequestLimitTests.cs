using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Limits;

/// <summary>Named timeouts and body sizes, ours and the routes'.</summary>
public sealed class RequestLimitTests : IAsyncLifetime
{
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(TestGateway.Configuration(_destination)
            .With("Gateway:Timeouts:short", "\"00:00:00.300\"")
            .With("Gateway:Limits:MaxRequestBodySize", "10")
            .WithRoute("short", "Anonymous", """{ "TimeoutPolicy": "short" }""")
            .WithRoute("large", "Anonymous", """{ "MaxRequestBodySize": 100 }""")
            .WithRoute("any", "Anonymous", """{ "MaxRequestBodySize": -1 }"""));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Fact]
    public async Task Request_that_takes_longer_than_the_named_time_gets_504()
    {
        _destination.Handler = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        using var response = await _gateway.GetAsync("/short/x");

        await response.ShouldBeProblemAsync(504);
    }

    [Theory]
    [InlineData("/public/x", 10, 200)]
    [InlineData("/public/x", 11, 413)]
    [InlineData("/large/x", 100, 200)]
    [InlineData("/large/x", 101, 413)]
    [InlineData("/any/x", 1_000_000, 200)]
    public async Task Body_may_be_as_large_as_the_route_says_or_else_the_gateway(string path, int size, int status)
    {
        _destination.Handler = context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        using var response =
            await _gateway.Client.PostAsync(path, new ByteArrayContent(new byte[size]), TestContext.Current.CancellationToken);

        ((int)response.StatusCode).ShouldBe(status);
    }
}
