using Gateway.Configuration;
using Gateway.ExternalAuthorization;
using Gateway.Pipeline.Assertions;
using Gateway.Pipeline.Authentication;
using Gateway.Pipeline.Authorization;
using Gateway.Pipeline.Bearer;
using Gateway.Pipeline.Cors;
using Gateway.Pipeline.Draining;
using Gateway.Pipeline.Hygiene;
using Gateway.Pipeline.Limits;
using Gateway.Pipeline.Logout;
using Gateway.Pipeline.Problems;
using Gateway.Pipeline.Proxy;
using Gateway.Pipeline.Resources;
using Gateway.Pipeline.ResponseHeaders;
using Gateway.Pipeline.SecurityEvents;
using Gateway.Pipeline.Telemetry;
using Gateway.Runtime;

namespace Gateway;

/// <summary>The request path. Read this first. A request passes the stages in this order; each is a folder of Pipeline/.</summary>
internal static class GatewayPipeline
{
    public static void UseGateway(this WebApplication app)
    {
        app.PlaceAuthenticationByHand();
        var handles = app.Services.GetRequiredService<RouteHandles>();
        app.UseMiddleware<DrainMiddleware>();             // Draining/        ask clients of a stopping replica to reconnect
        app.UseMiddleware<AccessLogMiddleware>();         // Telemetry/       one log line for each request, if configured
        app.UseMiddleware<ResponseHeadersMiddleware>();   // ResponseHeaders/ configured headers on every response
        app.UseMiddleware<ProblemMiddleware>();           // Problems/        give every failure a problem document
        app.UseMiddleware<RequestHygieneMiddleware>();    // Hygiene/         reject ambiguous requests, remove protected headers
        app.UseMiddleware<LogoutMiddleware>();            // Logout/          back-channel logout: no route, no access token
        app.UseMiddleware<SecurityEventMiddleware>();     // SecurityEvents/  CAEP and RISC events: no route, no access token
        app.UseMiddleware<AssertionKeysMiddleware>();     // Assertions/      the public keys of the assertions: public
        app.UseMiddleware<ResourceMetadataMiddleware>();  // Resources/       which issuer to ask for tokens: public
        app.Use(app.Services.GetRequiredService<RouterProbe>().Watch);  //    lets readiness test the router; adds no stage
        app.UseRouting();                                 //                  find the route
        app.UseRoutedPath(app);                           // Hygiene/         encoded slashes and parameters, if the route allows them
        app.UseRouteCors();                               // Cors/            a preflight ends here and needs no token
        app.UseMiddleware<AuthenticationMiddleware>();    // Authentication/  token -> verified token
        app.UseMiddleware<AuthorizationMiddleware>();     // Authorization/   apply the route's policy
        app.UseRouteLimits();                             // Limits/          rate limits and timeouts
        app.MapReverseProxy(ProxyPipeline.Use)            // Proxy/           set the identity headers, then forward
                                                          // Connections/     end WebSockets, event streams and gRPC calls with their token
            .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(handles.Create(route)));
    }
    /// <summary>
    /// The stages of those above that decide, for requests that another proxy describes and forwards (ExternalAuthorization/). CORS,
    /// timeouts and response headers are that proxy's.
    /// </summary>
    public static void UseDecisions(this WebApplication app) => app.Services.GetRequiredService<Decisions>().Use(() =>
    {
        var stages = ((IApplicationBuilder)app).New();
        stages.UseMiddleware<AccessLogMiddleware>();
        stages.UseMiddleware<ProblemMiddleware>();
        stages.UseMiddleware<RequestHygieneMiddleware>();
        stages.UseMiddleware<DescribedHygieneMiddleware>();
        stages.UseRouting();
        stages.Use(Decisions.RequireRoute);
        stages.UseRoutedPath(app);
        stages.UseMiddleware<AuthenticationMiddleware>();
        stages.UseMiddleware<AuthorizationMiddleware>();
        stages.UseMiddleware<RateLimitMiddleware>();
        stages.UseMiddleware<ExchangeMiddleware>();
        stages.Use(static _ => Decisions.Allow);
        stages.UseEndpoints(endpoints =>                  // gives the router the routes; never runs
        {
            foreach (var source in ((IEndpointRouteBuilder)app).DataSources)
            {
                endpoints.DataSources.Add(source);
            }
        });
        return stages.Build();
    });
}
