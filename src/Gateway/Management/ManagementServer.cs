using System.Diagnostics;
using System.Net;
using Gateway.Foundation;
using Gateway.Management.Status;
using Gateway.Pipeline.Bearer;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Telemetry.Prometheus;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Management;

/// <summary>
/// The listener for probes and administration: a server of its own, so that no <c>Host</c> header and no route on the public listener
/// can reach it.
/// </summary>
internal sealed class ManagementServer : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _app;

    public ManagementServer(
        LiveGateway live, IHostEnvironment environment, ILoggerFactory loggers, Readiness readiness, MetricsEndpoint metrics,
        TimeProvider time,
        IssuerAdministration issuers, RevocationAdministration revocations, ExplainAdministration explain,
        ConfigurationAdministration configuration,
        StatusPage status, RevocationList list)
    {
        // Read at the start only: a changed port needs a restart.
        var port = live.Current.Settings.Management.Port;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment.EnvironmentName });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // In Development /admin may need no token, so only this machine may reach it.
            if (environment.IsDevelopment())
            {
                kestrel.Listen(IPAddress.Loopback, port);
            }
            else
            {
                // Probes come from the node.
                kestrel.ListenAnyIP(port);
            }
        });
        builder.Services.AddRoutingCore();
        // The gateway's own host says once that it has started.
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        // Objects of the gateway's host that the stages here use too: both hosts have the same ones.
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(live);
        builder.Services.AddSingleton(time);
        // Administrators must be able to read /admin while the revocation store is down, so their tokens are checked against the last known
        // list.
        builder.Services.AddBearerScheme<AdminBearerEvents>(UnavailableBehavior.Allow);
        // Every endpoint below /admin requires an administrator, also one without authorization metadata.
        builder.Services.AddAuthorization(options => options.DefaultPolicy = options.FallbackPolicy = AdminRequirement.Policy);
        builder.Services.AddSingleton<IAuthorizationHandler, AdminRequirementHandler>();
        // Probes and scrapes are not clients' requests: they get no spans and no durations.
        builder.Services.AddSingleton(new ActivitySource("Gateway.Management"));
        _app = builder.Build();
        // Otherwise the framework would authenticate probes and scrapes too.
        _app.PlaceAuthenticationByHand();
        _app.Use(static (context, next) =>
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.MetricsDisabled = true;
            return next(context);
        });
        _app.UseRouting();
        // These stages do not run for probes and scrapes.
        // The gate comes first: what no token can authorize is rejected before a token is looked for.
        _app.UseOnceNeeded(AdminGate.IsAdministration, static admin =>
        {
            admin.UseMiddleware<AdminGate>();
            admin.UseAuthentication();
            admin.UseAuthorization();
        });
        // Outside /admin, without a token: kubelets and collectors have none.
        readiness.Map(_app);
        metrics.Map(_app);
        var staleList = new StaleListFilter(live, list);
        var admin = _app.MapGroup(AdminGate.Path).RequireAuthorization().AddEndpointFilter(staleList).WithMetadata(new ProgramEntry());
        issuers.Map(admin);
        revocations.Map(admin);
        explain.Map(admin);
        configuration.Map(admin);
        status.Map(_app.MapGroup(AdminGate.Path).RequireAuthorization().AddEndpointFilter(staleList));
    }

    /// <summary>The port in use, which differs from the configured one when that is 0.</summary>
    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        .Replace("[::]", "localhost", StringComparison.Ordinal)).Port;

    /// <summary>Every call that the listener has; docs/admin.openapi.json describes those below /admin.</summary>
    public IEnumerable<RouteEndpoint> Endpoints =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
