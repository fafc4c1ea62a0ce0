using System.Text;
using Gateway.Authentication;
using Gateway.Configuration;
using Gateway.Errors;
using Gateway.Identity;
using Gateway.Keys;
using Gateway.Logout;
using Gateway.Management;
using Gateway.Observability;
using Gateway.Revocation;
using Gateway.Tokens;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway;

/// <summary>What the stages are made of, in the order of the request path.</summary>
internal static class GatewayServices
{
    public static void AddGateway(this IServiceCollection services, GatewaySettings settings, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);

        // Observability/
        services.AddTelemetry(settings.Telemetry);

        // Errors/
        services.AddSingleton(new RefusalWriter(settings.DetailedErrors));

        // Hygiene/
        services.AddSingleton(settings.ProtectedHeaders);

        // Tokens/ and Keys/
        services.AddSingleton(provider => new AccessTokenValidator(settings.Issuers, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(settings.Issuers);
        services.AddSingleton<SignedTokenReader>();
        services.AddSingleton<KeyRefresher>();
        services.AddKeyStores(settings);
        services.AddHostedService<KeyFollower>();

        // Revocation/
        services.AddSingleton(provider =>
        {
            var list = new RevocationList(provider.GetRequiredService<TimeProvider>(), settings.Revocation.MaxStaleness);
            provider.GetRequiredService<GatewayMetrics>().ObserveRevocations(() => list.Set.Count, () => list.Lag);
            return list;
        });
        services.AddRevocationLog(settings);
        services.AddHostedService<RevocationFollower>();

        // Logout/
        services.AddSingleton<LogoutTokenReader>();
        services.AddSingleton<LogoutReplays>();
        services.AddSingleton<LogoutReceiver>();

        // Authentication/ and Authorization/
        services.AddSingleton(settings.Tokens);
        services.AddSingleton(settings.Identity);
        services.AddSingleton(settings.Policies);
        services.AddSingleton(new TokenCache(settings.TokenCache.MaxEntries, settings.TokenCache.MaxMegabytes * 1024L * 1024));
        services.AddSingleton<TokenVerifier>();
        services.AddSingleton<Authenticator>();
        services.AddAuthorization(options => settings.Policies.DeclareTo(options));
        services.AddRouting();
        services.AddSingleton<MatcherPolicy>(settings.RoutePrecedence);
        // Our own stages decide. The framework's check for its authorization middleware would refuse every route.
        services.Configure<RouteOptions>(options => options.SuppressCheckForUnhandledSecurityMetadata = true);
        services.AddRequestTimeouts();

        // Identity/ and the proxy
        services.AddSingleton<ITransformProvider, IdentityTransform>();
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection(SettingSchema.ReverseProxy))
            // The listener reads header values as UTF-8. Sent on as anything less, a client's accent would look like a dead destination.
            .ConfigureHttpClient((_, handler) =>
            {
                handler.RequestHeaderEncodingSelector ??= static (_, _) => Encoding.UTF8;
                handler.ActivityHeadersPropagator = new ReverseProxyPropagator(new TraceContextPropagator());
            });

        // Management/
        services.AddSingleton<Readiness>();
        services.AddSingleton<AdminGate>();
        services.AddSingleton<IssuerAdministration>();
        services.AddSingleton<RevocationBody>();
        services.AddSingleton<RevocationQueries>();
        services.AddSingleton<RevocationAdministration>();
        services.AddHostedService<ManagementServer>();
    }
}
