using Gateway.Jose;
using Gateway.Policies;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Authorization;

/// <summary>
/// Applies the route's policy: rejects the request, or marks it as allowed. The proxy stage removes the token later, unless the policy
/// forwards it or the route is public.
/// </summary>
internal sealed class AuthorizationMiddleware(RequestDelegate next, GatewayMetrics metrics, TimeProvider time, IServiceProvider services)
{
    // Created for the first request that needs it: the framework binds its middlewares to their services with compiled expressions, which
    // cost time and memory.
    private readonly Lazy<RequestDelegate> _framework = new(() => FrameworkAuthorization(next, services), LazyThreadSafetyMode.PublicationOnly);

    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (request.Route is not { } route)
        {
            return context.GetEndpoint() is RouteEndpoint ? _framework.Value(context) : next(context);
        }

        if (!route.Policy.IsAnonymous && Reject(context, request, route) is { } rejected)
        {
            return rejected;
        }

        if (!route.Policy.IsAnonymous)
        {
            RemoveCredentials(context, route);
        }

        request.IsAllowed = true;
        return next(context);
    }

    /// <summary>
    /// Credentials that the gateway has not checked must not stand beside the identity headers. A public route sets no identity headers and its
    /// destination may have a login of its own, so the gateway forwards the credentials of its requests unchanged.
    /// </summary>
    private static void RemoveCredentials(HttpContext context, ProtectedRoute route)
    {
        var reader = route.Snapshot.Settings.Tokens;
        if (!reader.Connections.IsEmpty && StreamRequest.Is(context))
        {
            GatewayRequest.Of(context).TokenProtocol = reader.Connections.Remove(context.Request, StreamRequest.IsWebSocket(context));
        }

        if (route.Policy.ForwardToken)
        {
            reader.RemoveOtherCredentials(context.Request.Headers);
        }
        else
        {
            reader.RemoveCookies(context.Request.Headers);
        }
    }

    /// <summary>ASP.NET Core authenticates and authorizes endpoints that are not proxied, with the gateway's scheme and policies.</summary>
    private static RequestDelegate FrameworkAuthorization(RequestDelegate next, IServiceProvider services)
    {
        var stages = new ApplicationBuilder(services);
        stages.UseAuthentication();
        stages.UseAuthorization();
        stages.Run(next);
        return stages.Build();
    }

    /// <summary>The task that writes the rejection; null when the request may continue.</summary>
    private Task? Reject(HttpContext context, GatewayRequest request, ProtectedRoute route)
    {
        if (request.Token is { } token)
        {
            var decision = route.DependsOnRequest
                ? token.Decide(route.Policy, new PolicyRequest(context.Request.RouteValues, time))
                : token.Decide(route.Policy);
            var issuer = token.Token.Issuer.Name;
            if (decision.Rejected is { } why)
            {
                return Reject(context, route, why, issuer, decision);
            }

            route.AllowedFor(issuer, metrics).Add();
            AuthDecision.Allowed(route.Id, issuer);
            return null;
        }

        var rejection = request.Rejection;
        return Reject(context, route, rejection?.Reason ?? RejectionReason.Missing, rejection?.Issuer, default);
    }

    private Task? Reject(HttpContext context, ProtectedRoute route, RejectionReason reason, string? issuer, in PolicyDecision decision)
    {
        if (route.Policy.Mode == PolicyMode.Report)
        {
            metrics.Reported(reason, route.Id, issuer);
            AuthDecision.Reported(context, Rejections.Of(reason).Tag, route.Id, issuer);
            return null;
        }

        metrics.Rejected(reason, route.Id, issuer);
        AuthDecision.Rejected(context, Rejections.Of(reason).Tag, route.Id, issuer);
        var (scope, parameters) = (decision.RequiredScope, decision.StepUp?.Challenge);
        if (route.ResourceChallenge is { } resource)
        {
            // A token with other scopes helps unless the user has to log in again, or a claim is wrong.
            scope ??= Rejections.Of(reason).Status == StatusCodes.Status401Unauthorized && parameters is null ? resource.Scope : null;
            parameters = parameters is null ? resource.Metadata : $"{parameters}, {resource.Metadata}";
        }

        return route.Snapshot.Rejections.WriteAsync(context, reason, scope, parameters, route.Policy.RequiresBinding);
    }
}
