using Gateway.Foundation;
using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// Checks paths with encoded slashes or parameters after routing. The route must allow them, and no other reading of the path may lead to a
/// route with another policy: all readings are routed too. Other requests skip this stage.
/// </summary>
internal static class RoutedPath
{
    /// <param name="endpoints">Where the routes are.</param>
    public static void UseRoutedPath(this IApplicationBuilder app, IEndpointRouteBuilder endpoints) => app.UseOnceNeeded(
        static context => GatewayRequest.Of(context).PathTraits != PathTraits.None,
        stages =>
        {
            var router = RouterOver(endpoints, stages);
            stages.Use(next => context => CheckAsync(context, router, next));
        });

    /// <summary>Finds the endpoint of a request again, without calling it.</summary>
    private static RequestDelegate RouterOver(IEndpointRouteBuilder routes, IApplicationBuilder stages)
    {
        var routing = stages.New();
        routing.UseRouting();
        routing.Use(static _ => static _ => Task.CompletedTask);
        routing.UseEndpoints(endpoints =>
        {
            foreach (var source in routes.DataSources)
            {
                endpoints.DataSources.Add(source);
            }
        });
        return routing.Build();
    }

    private static async Task CheckAsync(HttpContext context, RequestDelegate router, RequestDelegate next)
    {
        var request = GatewayRequest.Of(context);
        RequestFault fault;
        do
        {
            request.FindRouteAgain(context);
            fault = await FindFaultAsync(context, request, router);
        }
        // A reload came in between, so that readings of the path may have been compared by different configurations.
        while (fault == RequestFault.TargetRoute && !ReferenceEquals(request.Route, ProtectedRoute.Of(context)));

        await (fault == RequestFault.None ? next(context) : RequestRejection.WriteAsync(context, fault));
    }

    private static async Task<RequestFault> FindFaultAsync(HttpContext context, GatewayRequest request, RequestDelegate router)
    {
        var (traits, route) = (request.PathTraits, request.Route);
        // Hygiene lets a trait pass if any route allows it, because the route is not known there. Here it is known.
        var rejected = traits & ~(route?.AllowedPaths ?? PathTraits.None);
        if (rejected != PathTraits.None)
        {
            return rejected.HasFlag(PathTraits.EncodedSlash) ? RequestFault.TargetSeparator : RequestFault.TargetParameters;
        }

        foreach (var reading in PathReadings.Of(context.Request.Path.Value!, traits))
        {
            // Another reading that leads to a public route, or to none, gives the client nothing that it could not request directly.
            if (await RouteOfAsync(context, reading, router) is { Policy: { IsAnonymous: false } policy }
                && !ReferenceEquals(policy, route!.Policy))
            {
                return RequestFault.TargetRoute;
            }
        }

        return RequestFault.None;
    }

    /// <summary>Finds the route for another path, and restores the request.</summary>
    private static async Task<ProtectedRoute?> RouteOfAsync(HttpContext context, string path, RequestDelegate router)
    {
        var request = context.Request;
        var (endpoint, values, sent) = (context.GetEndpoint(), request.RouteValues, request.Path);
        // Routing sets the limit of the route that it finds.
        var body = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        var limit = body?.MaxRequestBodySize;
        try
        {
            context.SetEndpoint(null);
            request.RouteValues = [];
            request.Path = path;
            await router(context);
            return ProtectedRoute.Of(context);
        }
        finally
        {
            request.Path = sent;
            request.RouteValues = values;
            context.SetEndpoint(endpoint);
            if (body is { IsReadOnly: false })
            {
                body.MaxRequestBodySize = limit;
            }
        }
    }
}
