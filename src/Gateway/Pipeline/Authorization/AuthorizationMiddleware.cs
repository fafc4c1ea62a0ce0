using Gateway.Jose;
using Gateway.Pipeline.Authentication;
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
    private readonly Lazy<RequestDelegate> _framework =
        new(() => FrameworkAuthorization(next, services), LazyThreadSafetyMode.PublicationOnly);

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

        // The only place that allows a request on a route. The proxy stage forwards nothing without it.
        request.IsAllowed = true;
        return next(context);
    }

    /// <summary>
    /// Credentials that the gateway has not checked must not stand beside the identity headers. A public route sets no identity headers and
    /// its destination may have a login of its own, so the gateway forwards the credentials of its requests unchanged.
    /// </summary>
    private static void RemoveCredentials(HttpContext context, ProtectedRoute route)
    {
        var credentials = route.Snapshot.Settings.Credentials;
        if (!credentials.Connections.IsEmpty && StreamRequest.Is(context))
        {
            GatewayRequest.Of(context).TokenProtocol = credentials.Connections.Remove(context.Request, StreamRequest.IsWebSocket(context));
        }

        if (!route.Policy.ForwardToken)
        {
            credentials.RemoveCookies(context.Request.Headers);
        }
        else if (route.Sources is null)
        {
            credentials.RemoveOthers(context.Request.Headers, [route.Snapshot.Settings.Tokens]);
        }
        else
        {
            credentials.RemoveOthers(context.Request.Headers, [.. RequestTokens.Of(context).Holding.Select(token => token.Source.Reader)]);
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

        if (route.Sources is not null)
        {
            return RejectSources(context, request, route);
        }

        var rejection = request.Rejection;
        return Reject(context, route, rejection?.Reason ?? RejectionReason.Missing, rejection?.Issuer, default);
    }

    /// <summary>The same for the tokens of several sources, or of one with a name.</summary>
    private Task? RejectSources(HttpContext context, GatewayRequest request, ProtectedRoute route)
    {
        var tokens = RequestTokens.Of(context);
        tokens.Decide(route.Policy, new PolicyRequest(context.Request.RouteValues, time));
        if (tokens.Holding is [{ Token: { } identity }, ..])
        {
            RequestIdentity.Set(context, request, identity, tokens.Holding.MinBy(token => token.Token!.Token.ExpiresAt).Token!, time);
        }

        var decision = tokens.Decision;
        if (decision.Rejected is { } why)
        {
            return Reject(context, route, why, tokens.Rejected?.Issuer, decision, tokens.Rejected?.Source);
        }

        var issuer = tokens.Holding[0].Issuer!;
        route.AllowedFor(issuer, metrics).Add();
        AuthDecision.Allowed(route.Id, issuer);
        return null;
    }

    /// <param name="source">The source of the rejected token, where the policy does not read the token sources without a name
    /// alone.</param>
    private Task? Reject(
        HttpContext context, ProtectedRoute route, RejectionReason reason, string? issuer, in PolicyDecision decision,
        ReadSource? source = null)
    {
        // The request goes on, and the rejection is counted and logged. Only a valid token brings identity headers.
        if (route.Policy.Mode == PolicyMode.Report)
        {
            metrics.Reported(reason, route.Id, issuer);
            AuthDecision.Reported(context, Rejections.Of(reason).Tag, route.Id, issuer);
            return null;
        }

        metrics.Rejected(reason, route.Id, issuer);
        AuthDecision.Rejected(context, Rejections.Of(reason).Tag, route.Id, issuer);
        var (scope, parameters) = (decision.RequiredScope, decision.StepUp?.Challenge);
        if (source?.Name is { } name)
        {
            // Which of its tokens the client has to replace. The resource's metadata is about the one in the token sources without a name.
            parameters = $"realm=\"{name}\"{(parameters is null ? "" : $", {parameters}")}";
        }
        else if (route.ResourceChallenge is { } resource)
        {
            // A token with other scopes helps unless the user has to log in again, or a claim is wrong.
            scope ??= Rejections.Of(reason).Status == StatusCodes.Status401Unauthorized && parameters is null ? resource.Scope : null;
            parameters = parameters is null ? resource.Metadata : $"{parameters}, {resource.Metadata}";
        }

        return route.Snapshot.Rejections.WriteAsync(
            context, reason, scope, parameters, (decision.By ?? route.Policy).RequiresBinding, source?.Reader);
    }
}
