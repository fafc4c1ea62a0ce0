using Gateway.Settings;
using Gateway.Telemetry;
using Gateway.Tests.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Telemetry;

/// <summary>The standard variables decide which signals leave the process; a value that would silently do nothing is an error.</summary>
public sealed class TelemetrySettingsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317";

    [Theory]
    [InlineData("", "")]
    [InlineData(Endpoint, "traces metrics logs")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", "")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://collector/v1/traces", "traces")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://collector/v1/metrics", "metrics")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=https://collector/v1/logs", "logs")]
    [InlineData(Endpoint + " OTEL_TRACES_EXPORTER=none", "metrics logs")]
    [InlineData(Endpoint + " OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none", "traces")]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", "traces")]
    [InlineData("OTEL_TRACES_EXPORTER=none", "")]
    [InlineData(Endpoint + " OTEL_SDK_DISABLED=true", "")]
    [InlineData(Endpoint + " OTEL_SDK_DISABLED=false", "traces metrics logs")]
    public void Signals_are_sent_where_a_variable_names_a_place(string variables, string expected)
    {
        var report = Report(variables, out var settings);

        report.Errors.ShouldBeEmpty();
        string?[] signals =
            [settings.ExportsTraces ? "traces" : null, settings.ExportsMetrics ? "metrics" : null, settings.ExportsLogs ? "logs" : null];
        string.Join(' ', signals.Where(signal => signal is not null)).ShouldBe(expected);
        settings.Exports.ShouldBe(expected.Length > 0);
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "Use otlp or none")]
    [InlineData("OTEL_METRICS_EXPORTER=prometheus", "/metrics needs no exporter")]
    [InlineData("OTEL_LOGS_EXPORTER=console", "Use otlp or none")]
    [InlineData("OTEL_SDK_DISABLED=yes", "Use true or false")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=/tmp/socket", "http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=collector", "http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http", "http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json", "http/protobuf")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=secret", "name=value")]
    [InlineData("OTEL_TRACES_SAMPLER=ratio", "traceidratio")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG=10%", "0 to 1")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG=1.5", "0 to 1")]
    public void Value_that_would_do_nothing_is_an_error_that_does_not_show_it(string variable, string cure)
    {
        var error = Report(variable, out _).Errors.ShouldHaveSingleItem();

        var (name, value) = (variable.Split('=')[0], variable.Split('=')[1]);
        error.Path.ShouldBe(name);
        error.Cure.ShouldContain(cure);
        $"{error.Location} {error.Problem}".ShouldNotContain(value);
    }

    [Fact]
    public async Task Bad_variable_stops_the_start_with_its_name_and_cure()
    {
        var errors = await CheckedConfiguration.ErrorsOfAsync(
            CheckedConfiguration.Good, new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = "sometimes" });

        errors.ShouldHaveSingleItem().ToString().ShouldStartWith("override OTEL_TRACES_SAMPLER: ");
    }

    private static ConfigurationReport Report(string variables, out TelemetrySettings settings)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "{}");
        var report = new ConfigurationReport(ConfigurationFile.Read(file).Parse(), configuration);
        File.Delete(file);
        settings = TelemetrySettings.Build(configuration, report);
        return report;
    }
}
