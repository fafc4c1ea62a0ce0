using Gateway.Foundation;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Configuration;

/// <summary>
/// Tests whether the public pipeline can route. The router builds its table for the first request. If it cannot build the table, every
/// request gets 500, so readiness must find this before it reports ready.
/// </summary>
internal sealed partial class RouterProbe(LiveGateway live, IServiceProvider services, ILogger<RouterProbe> logger)
{
    // Null until the pipeline is built. Several probes may run at once and then route more than once, which does no harm.
    private RequestDelegate? _router;
    // The revision that was routed last with success, and the one whose failure was logged.
    private string? _good;
    private string? _reported;

    /// <summary>Keeps a reference to the pipeline from the router on. Adds no stage to it.</summary>
    public RequestDelegate Watch(RequestDelegate router) => _router = router;

    /// <summary>Routes one request in memory, once for each configuration in effect.</summary>
    public async Task<bool> IsGoodAsync()
    {
        var revision = live.Current.Revision;
        if (_good == revision)
        {
            return true;
        }

        if (_router is not { } router)
        {
            return false;
        }

        try
        {
            await RouteAsync(router, services, live.Current);
            _good = revision;
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            if (_reported != revision)
            {
                _reported = revision;
                NotRouting(logger, fault);
            }

            return false;
        }
    }

    /// <summary>Sends one request through a router. It may match a route, but no route handles it.</summary>
    /// <exception cref="Exception">The router cannot build its table; the types of the exceptions vary.</exception>
    public static async Task RouteAsync(RequestDelegate router, IServiceProvider services, GatewaySnapshot? snapshot = null)
    {
        await using var scope = services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = HttpMethods.Get;
        context.Request.Scheme = Uri.UriSchemeHttp;
        context.Request.Host = new HostString("localhost");
        context.Request.Path = "/";
        context.Features.Set<IEndpointFeature>(new NoEndpoint());
        if (snapshot is not null)
        {
            // The stages before the router set this feature for those after it.
            context.Features.Set(new GatewayRequest(snapshot));
        }

        await router(context);
    }

    [LoggerMessage(
        EventIds.RoutesNotUsable, LogLevel.Error,
        "No request can be routed, so the gateway is not ready. Please report this as a bug: the check of the configuration should have " +
            "found the cause.")]
    private static partial void NotRouting(ILogger logger, Exception fault);

    /// <summary>Keeps no endpoint, so that the stages after the router see a request that matched nothing.</summary>
    private sealed class NoEndpoint : IEndpointFeature
    {
        public Endpoint? Endpoint
        {
            get => null;
            set { }
        }
    }
}
