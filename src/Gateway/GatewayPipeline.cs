using Gateway.Pipeline.Authentication;
using Gateway.Pipeline.Authorization;
using Gateway.Pipeline.Cors;
using Gateway.Pipeline.Draining;
using Gateway.Pipeline.Hygiene;
using Gateway.Pipeline.Limits;
using Gateway.Pipeline.Logout;
using Gateway.Pipeline.Problems;
using Gateway.Pipeline.Proxy;
using Gateway.Pipeline.ResponseHeaders;
using Gateway.Pipeline.Telemetry;
using Gateway.Runtime;

namespace Gateway;

/// <summary>The request path. Read this first: a request meets the stages in this order, and each is the folder of its name.</summary>
internal static class GatewayPipeline
{
    public static void UseGateway(this WebApplication app)
    {
        var live = app.Services.GetRequiredService<LiveGateway>();
        app.UseMiddleware<DrainMiddleware>();             // Draining/        a replica that ends sends its clients elsewhere
        app.UseMiddleware<RequestTelemetryMiddleware>();  // Observability/ one log line and one complete span a request
        app.UseMiddleware<ResponseHeadersMiddleware>();   // Responses/       headers for every answer
        app.UseMiddleware<ProblemMiddleware>();           // Errors/          every failure is a problem document
        app.UseMiddleware<RequestHygieneMiddleware>();    // Hygiene/         refuse what is ambiguous, strip what only we may say
        app.UseMiddleware<LogoutMiddleware>();            // Logout/          an issuer ends a session: no route, no access token
        app.UseRouting();                                 //                  which route is this?
        app.UseRouteCors();                               // Cors/            which pages may call? a preflight ends here, without a token
        app.UseMiddleware<AuthenticationMiddleware>();    // Authentication/  token -> verified token, through Tokens/, Keys/, Revocation/
        app.UseMiddleware<AuthorizationMiddleware>();     // Authorization/   may this caller use this route?
        app.UseRouteLimits();                             // Limits/          not too many at once, whoever it is, and not for too long
        app.MapReverseProxy(ProxyPipeline.Use)            // Identity/        set the identity headers, then forward
                                                          // Connections/     end what outlives its token: WebSockets, event streams, gRPC
            .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(ProtectedRoute.Of(route, live.Of(route))));
    }
}
