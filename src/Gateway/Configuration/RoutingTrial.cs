using System.Diagnostics;
using Gateway.Pipeline.Bearer;
using Gateway.Pipeline.Cors;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing.Matching;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Configuration;

/// <summary>
/// Builds routes in memory as the gateway does and routes one request, so that errors in templates, constraints, hosts and transforms are
/// found by the check.
/// </summary>
internal static class RoutingTrial
{
    /// <summary>
    /// False when YARP cannot build the routes, or the router cannot route with them. Any exception counts: YARP and the router
    /// throw many types.
    /// </summary>
    public static async Task<bool> WorksAsync(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
    {
        // Services of its own: a trial must not leave routes, probes or metrics in the gateway that runs.
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics().AddLinearRouting();
        services.AddSingleton(new DiagnosticListener("Gateway.RoutingTrial"));
        services.AddSingleton<IAuthorizationPolicyProvider, PolicyProvider>();
        services.AddSingleton<ICorsPolicyProvider, RouteCorsPolicies>();
        services.AddSingleton<MatcherPolicy, AnyOrder>();
        // Active health checks would begin to probe the destinations.
        services.AddReverseProxy().LoadFromMemory(routes, [.. clusters.Select(cluster => cluster with { HealthCheck = null })]);
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton<IForwarderHttpClientFactory, OneClientOfEachConfig>();
        await using var provider = services.BuildServiceProvider();
        try
        {
            var app = new ApplicationBuilder(provider);
            app.UseRouting();
            app.UseEndpoints(endpoints => endpoints.MapReverseProxy(static _ => { }));
            await RouterProbe.RouteAsync(app.Build(), provider);
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>
    /// The trial sends no request to a destination, so clusters with the same settings share a client. Most clusters have no settings of
    /// their own.
    /// </summary>
    private sealed class OneClientOfEachConfig : IForwarderHttpClientFactory
    {
        private readonly ForwarderHttpClientFactory _inner = new();
        private readonly Dictionary<HttpClientConfig, HttpMessageInvoker> _clients = [];

        public HttpMessageInvoker CreateClient(ForwarderHttpClientContext context) =>
            _clients.TryGetValue(context.NewConfig, out var known) ? known : _clients[context.NewConfig] = _inner.CreateClient(context);
    }

    /// <summary>
    /// Replaces <see cref="RoutePrecedence"/>, which needs a running gateway: routes that match equally well are not an error.
    /// </summary>
    private sealed class AnyOrder : MatcherPolicy, IEndpointComparerPolicy, IComparer<Endpoint>
    {
        public override int Order => int.MaxValue;

        public IComparer<Endpoint> Comparer => this;

        public int Compare(Endpoint? x, Endpoint? y) => StringComparer.OrdinalIgnoreCase.Compare(x?.DisplayName, y?.DisplayName);
    }
}
