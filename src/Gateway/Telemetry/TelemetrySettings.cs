using System.Globalization;
using Gateway.Settings;

namespace Gateway.Telemetry;

/// <summary>
/// The settings in OpenTelemetry's <c>OTEL_*</c> variables. The SDK reads most of them itself and ignores invalid values. A typing error
/// would stop the export unnoticed, so the variables that decide whether data arrives are checked here.
/// </summary>
internal sealed record TelemetrySettings
{
    private const string Otlp = "otlp";
    private const string None = "none";

    /// <summary><c>OTEL_SDK_DISABLED</c>: no signals, and no <c>/metrics</c>.</summary>
    public bool IsDisabled { get; private init; }

    public bool ExportsTraces { get; private init; }

    public bool ExportsMetrics { get; private init; }

    public bool ExportsLogs { get; private init; }

    /// <summary>A name that <see cref="TraceSamplers"/> defines.</summary>
    public string Sampler { get; private init; } = TraceSamplers.Default;

    /// <summary>For the samplers by trace id: the fraction of traces to keep, from 0 to 1.</summary>
    public double SamplerRatio { get; private init; } = 1;

    public bool Exports => ExportsTraces || ExportsMetrics || ExportsLogs;

    public static TelemetrySettings Build(IConfiguration configuration, ConfigurationReport report)
    {
        Check("OTEL_SDK_DISABLED", value => bool.TryParse(value, out _), "Use true or false.");
        Check("OTEL_TRACES_SAMPLER", TraceSamplers.Knows, $"Use one of {string.Join(", ", TraceSamplers.Names)}.");
        Check("OTEL_TRACES_SAMPLER_ARG", value => Ratio(value) is not null, "Use a number from 0 to 1.");
        Check("OTEL_EXPORTER_OTLP_HEADERS", IsHeaderList, "Use name=value pairs separated by commas.");
        foreach (var signal in (string[])["", "TRACES_", "METRICS_", "LOGS_"])
        {
            Check($"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", IsHttp, "Use an absolute http or https address, such as http://collector:4317.");
            Check(
                $"OTEL_EXPORTER_OTLP_{signal}PROTOCOL", value => value is "grpc" or "http/protobuf",
                "Use grpc (the default) or http/protobuf.");
        }

        var isDisabled = bool.TryParse(configuration["OTEL_SDK_DISABLED"], out var disabled) && disabled;
        return new TelemetrySettings
        {
            IsDisabled = isDisabled,
            ExportsTraces = Exports("TRACES") && !isDisabled,
            ExportsMetrics = Exports("METRICS") && !isDisabled,
            ExportsLogs = Exports("LOGS") && !isDisabled,
            Sampler = configuration["OTEL_TRACES_SAMPLER"] is { Length: > 0 } sampler ? sampler : TraceSamplers.Default,
            SamplerRatio = Ratio(configuration["OTEL_TRACES_SAMPLER_ARG"]) ?? 1,
        };

        bool Exports(string signal)
        {
            var variable = $"OTEL_{signal}_EXPORTER";
            Check(variable, value => value is Otlp or None, "Use otlp or none; /metrics needs no exporter.");
            return configuration[variable] is { Length: > 0 } exporter
                ? exporter == Otlp
                : HasValue("OTEL_EXPORTER_OTLP_ENDPOINT") || HasValue($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
        }

        bool HasValue(string variable) => !string.IsNullOrEmpty(configuration[variable]);

        // The value is not shown, because addresses and headers may hold credentials. An empty variable counts as unset.
        void Check(string variable, Func<string, bool> isGood, string cure)
        {
            if (configuration[variable] is { Length: > 0 } value && !isGood(value))
            {
                report.Error(variable, "the value is invalid.", cure);
            }
        }
    }

    private static bool IsHttp(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private static double? Ratio(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 ? ratio : null;

    private static bool IsHeaderList(string value) => value.Split(',').All(pair => pair.IndexOf('=', StringComparison.Ordinal) > 0);
}
