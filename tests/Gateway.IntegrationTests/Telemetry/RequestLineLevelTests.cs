using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>
/// The host's own lines about requests read the Host before the first stage, and a host that is not valid punycode would end the request
/// there. No level of a log turns them on.
/// </summary>
public sealed class RequestLineLevelTests
{
    [Theory]
    [InlineData("Logging:Console:LogLevel:Default")]
    [InlineData("Logging:Console:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Logging:Console:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics*")]
    [InlineData("Logging:OpenTelemetry:LogLevel:Default")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics*")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting*AspNetCore.Hosting.Diagnostics")]
    public async Task Host_that_is_no_punycode_is_a_bad_request_at_any_log_level(string setting)
    {
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(destination, new() { [setting] = "Information" });

        await ShouldRejectAsync(gateway);
    }

    [Fact]
    public async Task Host_that_is_no_punycode_is_a_bad_request_after_a_change_of_levels()
    {
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await StartAsync(destination, []);

        gateway.Services.GetRequiredService<LiveLogging>().Apply(
            new ConfigurationBuilder().AddInMemoryCollection([new("Logging:Console:LogLevel:Default", "Trace")]).Build());

        await ShouldRejectAsync(gateway);
    }

    private static Task<TestGateway> StartAsync(RecordingDestination destination, Dictionary<string, string?> settings) =>
        TestGateway.StartAsync(
        TestGateway.Configuration(destination), settings: settings,
        configure: services => services.AddLogging(logging => logging.AddSimpleConsole().AddOpenTelemetry(lines =>
        {
            lines.IncludeFormattedMessage = true;
            lines.AddProcessor(new Receiver());
        })));

    private static async Task ShouldRejectAsync(TestGateway gateway)
    {
        const string request = "GET /public/a HTTP/1.1\r\nHost: xn--\r\nConnection: close\r\n\r\n";

        var response = await RawHttp.SendAsync(gateway.Address, request);

        RawHttp.StatusOf(response).ShouldBe(400, response);
        gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ShouldBeEmpty();
        gateway.Logs.Lines.Where(line => line.Contains("Hosting.Diagnostics", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Without one, the provider writes no line.</summary>
    private sealed class Receiver : BaseProcessor<LogRecord>;
}
