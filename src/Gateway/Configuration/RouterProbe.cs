using Gateway.Foundation;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Configuration;

/// <summary>
/// Whether the public pipeline can route at all. The router builds its table when the first request comes; a table that cannot be built answers every
/// request with 500, which readiness must know before it says yes.
/// </summary>
internal sealed partial class RouterProbe(LiveGateway live, IServiceProvider services, ILogger<RouterProbe> logger)
{
    private RequestDelegate? _router;
    private string? _good;
    private string? _reported;

    /// <summary>Remembers the pipeline from the router on. Adds no stage to it.</summary>
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

    /// <summary>Sends one request through a router. It may match a route, and is still answered by none.</summary>
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
            // What the stages before the router leave for those after it.
            context.Features.Set(new GatewayRequest(snapshot));
        }

        await router(context);
    }

    [LoggerMessage(EventIds.RoutesNotUsable, LogLevel.Error, "No request can be routed, so the gateway is not ready. Please report this: the check of the configuration should have found it.")]
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
