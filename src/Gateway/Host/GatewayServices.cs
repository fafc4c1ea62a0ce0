using Gateway.Authentication.SenderConstraint;
using Gateway.Configuration;
using Gateway.Configuration.Listening;
using Gateway.ExternalAuthorization;
using Gateway.Issuers;
using Gateway.Management;
using Gateway.Management.Status;
using Gateway.Pipeline.Bearer;
using Gateway.Pipeline.Connections;
using Gateway.Pipeline.Cors;
using Gateway.Pipeline.Logout;
using Gateway.Pipeline.Proxy;
using Gateway.Pipeline.SecurityEvents;
using Gateway.Pipeline.Telemetry;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Draining;
using Gateway.Runtime;
using Gateway.Telemetry;
using Gateway.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Host;

/// <summary>What the stages are made of, in the order of the request path.</summary>
internal static class GatewayServices
{
    public static void AddGateway(this IServiceCollection services, ConfigurationReading reading)
    {
        var settings = reading.Settings;
        services.TryAddSingleton(TimeProvider.System);

        // Telemetry/
        services.AddTelemetry(settings.Telemetry);
        services.AddSingleton<RecentRequests>();
        services.AddSingleton<AccessLog>();

        // RouteFeatures/Draining/
        services.AddDrain(settings.Drain);

        // Configuration/Listening/
        services.AddHostedService<CertificateFollower>();
        services.AddHostedService<PlainHttp2Notice>();

        // Configuration/
        services.AddSingleton<GatewaySnapshots>();
        services.AddSingleton(provider =>
        {
            var live =
                new LiveGateway(provider.GetRequiredService<GatewaySnapshots>(), reading, provider.GetRequiredService<TimeProvider>());
            var metrics = provider.GetRequiredService<GatewayMetrics>();
            metrics.ObserveConfiguration(() => live.Current.Reading.Hash, () => live.Since);
            metrics.ObserveInFlight(() => live.Current.Clusters.Values
                .Where(cluster => cluster.Settings.MaxInFlight is not null)
                .Select(cluster => (cluster.Settings.Id, cluster.InFlight.Value)));
            // Asked for at each collection: YARP's clusters are made of this gateway's configuration.
            metrics.ObserveDestinations(() => CountDestinations(provider));
            var (revocations, logging) = (provider.GetRequiredService<RevocationList>(), provider.GetRequiredService<LiveLogging>());
            live.Changed += next => revocations.MaxStaleness = next.Settings.Store.MaxStaleness;
            live.Changed += next => logging.Apply(next.Reading.Configuration);
            return live;
        });
        services.AddSingleton(provider =>
        {
            var live = provider.GetRequiredService<LiveGateway>();
            var handles = new RouteHandles(live);
            live.Changed += handles.Complete;
            return handles;
        });
        services.AddSingleton<LiveProxyConfig>();
        services.AddSingleton<IProxyConfigProvider>(provider => provider.GetRequiredService<LiveProxyConfig>());
        services.AddSingleton<IConfigChangeListener>(provider => provider.GetRequiredService<LiveProxyConfig>());
        services.AddSingleton<ConfigurationStatus>();
        services.AddSingleton<RouterProbe>();
        services.AddSingleton<ConfigurationApplier>();
        services.AddHostedService<ConfigurationFollower>();
        services.AddHostedService<AssertionKeyFollower>();

        // Issuers/ and Tokens/
        services.AddSingleton(provider =>
        {
            var live = provider.GetRequiredService<LiveGateway>();
            var issuers = new LiveIssuers(live.Current.Issuers);
            live.Changed += next => issuers.Apply(next.Issuers);
            return issuers;
        });
        services.AddSingleton<SignedTokenReader>();
        services.AddKeys(settings);
        services.AddHostedService<KeyFollower>();

        // Revocation/
        services.AddSingleton(provider =>
        {
            var list = new RevocationList(provider.GetRequiredService<TimeProvider>(), settings.Store.MaxStaleness);
            provider.GetRequiredService<GatewayMetrics>().ObserveRevocations(() => list.Set.Count, () => list.Lag);
            return list;
        });
        services.AddRevocationLog(settings);
        services.AddRevocationSnapshots(settings);
        services.AddHostedService<RevocationFollower>();

        services.AddRevocationLookup(settings);

        // Authentication/SenderConstraint/
        services.AddSingleton<ProofReplays>();
        services.AddSingleton<ProofNonces>();
        services.AddSingleton<SenderProofs>();

        // Pipeline/Logout/
        services.AddSingleton<LogoutTokenReader>();
        services.AddSingleton<LogoutReplays>();
        services.AddSingleton<PushedRevocations>();
        services.AddSingleton<LogoutReceiver>();

        // Pipeline/SecurityEvents/
        services.AddSingleton<SecurityEventReader>();
        services.AddSingleton<SecurityEventReceiver>();

        // Pipeline/Bearer/
        services.AddBearerScheme<RequestBearerEvents>(UnavailableBehavior.Reject);

        // Pipeline/Authorization/ and routing
        services.AddAuthorization();
        services.AddSingleton<IAuthorizationPolicyProvider, PolicyProvider>();
        services.AddSingleton<IAuthorizationHandler, PolicyRequirementHandler>();
        services.AddLinearRouting();
        services.AddSingleton<MatcherPolicy, RoutePrecedence>();
        services.AddSingleton<RouterBuilds>();
        services.AddTransient<MatcherPolicy, RouterWatch>();
        // The gateway's authorization stage decides for routes and runs the framework's authorization for other endpoints. The framework's
        // check for its middleware recognizes neither and would reject every proxied request.
        services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
        // Pipeline/Limits/
        services.AddRequestTimeouts();
        services.AddSharedRateLimits(settings);

        // Pipeline/Cors/
        services.AddCors();
        services.AddSingleton<ICorsPolicyProvider, RouteCorsPolicies>();

        // Pipeline/Proxy/
        services.AddSingleton<ITransformProvider, IdentityTransform>();
        services.AddReverseProxy()
            .ConfigureHttpClient((_, handler) => DestinationConnections.Configure(handler));
        services.AddAffinityKeys(settings);
        services.Decorate<IClusterDestinationsUpdater, DestinationConditions>((inner, provider) =>
            new DestinationConditions(inner, provider.GetRequiredService<TimeProvider>()));

        // Pipeline/Connections/
        services.AddSingleton<LiveConnections>();
        services.Decorate<ITransformBuilder, RouteTransformBuilder>((inner, provider) =>
            new RouteTransformBuilder(inner, provider.GetRequiredService<LiveConnections>()));
        services.AddHostedService(provider => provider.GetRequiredService<LiveConnections>());

        // Host/
        services.AddHostedService<MemoryRelease>();

        // Management/
        services.AddSingleton<Readiness>();
        services.AddSingleton<IssuerAdministration>();
        services.AddSingleton<RevocationBody>();
        services.AddSingleton<RevocationQueries>();
        services.AddSingleton<RevocationAdministration>();
        services.AddSingleton<ExplainAdministration>();
        services.AddSingleton<ConfigurationAdministration>();
        services.AddSingleton<StatusView>();
        services.AddSingleton<StatusPage>();
        services.AddHostedService<ManagementServer>();

        // ExternalAuthorization/
        services.AddSingleton<Decisions>();
        services.AddSingleton<CallerLog>();
        services.AddHostedService<AuthorizationServer>();
    }

    /// <summary>Puts a service of YARP's into one of the gateway's.</summary>
    private static void Decorate<TService, TOuter>(this IServiceCollection services, Func<TService, IServiceProvider, TOuter> wrap)
        where TService : class
        where TOuter : class, TService
    {
        var inner = services.Single(service => service.ServiceType == typeof(TService)).ImplementationType!;
        services.AddSingleton(provider => wrap((TService)ActivatorUtilities.CreateInstance(provider, inner), provider));
        services.Replace(ServiceDescriptor.Singleton<TService>(provider => provider.GetRequiredService<TOuter>()));
    }

    /// <summary>
    /// The destinations by state, for a gauge. Every state has a value, also 0, so that no series ends when a state is left.
    /// </summary>
    private static IEnumerable<(string Cluster, string State, int Count)> CountDestinations(IServiceProvider provider)
    {
        var conditions = provider.GetRequiredService<DestinationConditions>();
        return from state in provider.GetRequiredService<IProxyStateLookup>().GetClusters()
               let cluster = conditions.Of(state)
               from health in Enum.GetValues<DestinationHealth>()
               select (cluster.Cluster, health.ToString().ToLowerInvariant(), cluster.CountOf(health));
    }
}
