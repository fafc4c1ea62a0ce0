using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// Registers the listeners of metrics, traces and logs: <c>/metrics</c> always, and an exporter for each signal that the <c>OTEL_*</c>
/// variables export.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>The gateway's meter, and the framework's meters that are useful for a proxy.</summary>
    public static readonly ImmutableArray<string> Meters =
    [
        GatewayMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.RateLimiting",
        "System.Net.Http", "System.Runtime",
    ];

    // The SDK allocates about 100 bytes for each at once.
    private const int MostDecisions = 20_000;

    public static void AddTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<MetricsEndpoint>();
        services.AddSingleton<DistributedContextPropagator, TraceContextPropagator>();
        if (settings.Exports)
        {
            services.AddCollector(settings);
        }
    }

    /// <summary>
    /// Adds the meters, with a limit that suffices for the decisions of hundreds of routes. Above its default of 2000 series, the SDK sums
    /// all further ones in a single series, <c>otel.metric.overflow</c>.
    /// </summary>
    /// <param name="host">Whose instruments are collected. The SDK joins instruments of the same name, also of another host in the
    /// process, and removes the joint series for both when one of them stops.</param>
    public static MeterProviderBuilder AddGatewayMeters(this MeterProviderBuilder metrics, IMeterFactory host) => metrics
        .AddMeter([.. Meters])
        .AddView(instrument => instrument.Meter.Scope is IMeterFactory other && other != host ? MetricStreamConfiguration.Drop
            : instrument.Name == GatewayMetrics.DecisionsName ? new MetricStreamConfiguration { CardinalityLimit = MostDecisions }
            : null);

    /// <summary>Name and version, unless <c>OTEL_SERVICE_NAME</c> or <c>OTEL_RESOURCE_ATTRIBUTES</c> override them.</summary>
    public static void Describe(ResourceBuilder resource) => resource.Clear()
        .AddService("gateway", serviceVersion: typeof(TelemetryServices).Assembly.GetName().Version?.ToString(fieldCount: 3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private static void AddGatewaySpans(this TracerProviderBuilder tracing, TelemetrySettings settings)
    {
        // The instrumentation extracts the context with this propagator. The SDK's default would record baggage, and would start a second
        // span for a request whose trace context it reads differently from ASP.NET Core.
        Sdk.SetDefaultTextMapPropagator(new OpenTelemetry.Context.Propagation.TraceContextPropagator());
        // YARP's own span is left out: it would be a second span between the server span and the client span, without further information.
        // System.Net.Http writes complete client spans itself.
        tracing.SetSampler(TraceSamplers.Create(settings.Sampler, settings.SamplerRatio))
            .AddAspNetCoreInstrumentation(options => options.EnrichWithHttpResponse = RequestSpan.Complete)
            .AddSource("System.Net.Http", RequestSpan.Source.Name);
    }

    private static void AddCollector(this IServiceCollection services, TelemetrySettings settings)
    {
        // UseOtlpExporter registers an exporter for all three signals; a signal without sources sends nothing.
        services.AddOpenTelemetry()
            .ConfigureResource(Describe)
            .WithTracing(tracing =>
            {
                if (settings.ExportsTraces)
                {
                    tracing.AddGatewaySpans(settings);
                }
            })
            .WithMetrics(metrics =>
            {
                if (settings.ExportsMetrics)
                {
                    ((IDeferredMeterProviderBuilder)metrics).Configure(
                        (provider, deferred) => deferred.AddGatewayMeters(provider.GetRequiredService<IMeterFactory>()));
                }
            })
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true)
            .UseOtlpExporter();
        if (!settings.ExportsLogs)
        {
            services.AddLogging(logging => logging.AddFilter<OpenTelemetryLoggerProvider>(null, LogLevel.None));
        }

        services.AddHostedService<TelemetryExport>();
    }
}
