using System.Diagnostics.Metrics;
using Gateway.Jose;
using Gateway.Telemetry;
using Gateway.Telemetry.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

/// <summary>What <c>/metrics</c> does on a bad day.</summary>
public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Page_that_could_not_be_made_once_is_made_at_the_next_scrape()
    {
        var configuration = new ConfigurationBuilder().Add(new Stumbling()).Build();
        await using var app = await StartAsync(configuration);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        using var first = await client.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        using var second = await client.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        ((int)first.StatusCode).ShouldBe(500);
        ((int)second.StatusCode).ShouldBe(200);
    }

    [Fact]
    public async Task Decisions_on_many_routes_keep_their_names()
    {
        await using var app = await StartAsync(new ConfigurationBuilder().Build());
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        var metrics = app.Services.GetRequiredService<GatewayMetrics>();
        for (var route = 0; route < 5000; route++)
        {
            metrics.Rejected(RejectionReason.Expired, $"many{route}", null);
        }

        var page = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        page.Split('\n').Count(line => line.StartsWith("gateway_auth_decisions_total{", StringComparison.Ordinal)
            && line.Contains("route=\"many", StringComparison.Ordinal))
            .ShouldBe(5000);
        page.ShouldNotContain("overflow");
    }

    [Fact]
    public async Task Another_gateway_in_the_process_neither_adds_series_nor_ends_them()
    {
        await using var app = await StartAsync(new ConfigurationBuilder().Build());
        var other = await StartAsync(new ConfigurationBuilder().Build());
        Observe(app, "mine");
        Observe(other, "theirs");

        var both = await PageAsync(app);
        await other.DisposeAsync();
        _ = await PageAsync(app);
        var alone = await PageAsync(app);

        both.ShouldContain("gateway_destinations{cluster=\"mine\",state=\"healthy\"} 1");
        both.ShouldNotContain("theirs");
        alone.ShouldContain("gateway_destinations{cluster=\"mine\",state=\"healthy\"} 1");

        static void Observe(WebApplication app, string cluster) =>
            app.Services.GetRequiredService<GatewayMetrics>().ObserveDestinations(() => [(cluster, "healthy", 1)]);

        static async Task<string> PageAsync(WebApplication app)
        {
            ((FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromSeconds(2));
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            return await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<WebApplication> StartAsync(IConfiguration configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        builder.Services.AddSingleton<GatewayMetrics>();
        builder.Services.AddSingleton(services => new MetricsEndpoint(
            new TelemetrySettings(),
            configuration,
            services.GetRequiredService<IMeterFactory>(),
            services.GetRequiredService<TimeProvider>()));
        var app = builder.Build();
        app.Services.GetRequiredService<MetricsEndpoint>().Map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>A configuration that fails the first who reads it.</summary>
    private sealed class Stumbling : ConfigurationProvider, IConfigurationSource
    {
        private bool _hasFailed;

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override bool TryGet(string key, out string? value)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                throw new InvalidDataException("Once.");
            }

            return base.TryGet(key, out value);
        }
    }
}
