using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A collector that is down, or slow for ever, is nobody's problem but its own.</summary>
public sealed class CollectorFaultTests
{
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SoonGone = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_and_shutdown_do_not_wait_for_the_collector(bool hangs)
    {
        using var key = SigningKey.Rsa();
        await using var destination = await RecordingDestination.StartAsync();
        await using var collector = await new OtlpCollector { Hangs = true }.StartAsync();
        var variables = collector.Variables();
        if (!hangs)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{RedisServer.FreePort()}";
        }

        await using var program = await TracedGateway.StartAsync(destination, key, variables);
        var token = new TokenBuilder(key, TracedGateway.Issuer).Build();
        if (hangs)
        {
            await Eventually.TrueAsync(() => collector.Requests > 0, "the collector has a request to sit on");
        }

        for (var i = 0; i < 50; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            using var request = TestGateway.Request(HttpMethod.Get, "/private/orders", token);
            using var response = await program.Client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Prompt);
        }

        var (exitCode, took) = await program.StopAsync();

        exitCode.ShouldBe(0);
        took.ShouldBeLessThan(SoonGone);
    }
}
