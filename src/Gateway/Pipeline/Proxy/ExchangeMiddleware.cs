using Gateway.Jose;
using Gateway.RouteFeatures.Exchange;
using Gateway.Runtime;
using Gateway.Telemetry;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// Obtains the token that the destination receives in place of the caller's, on clusters with an <c>Exchange</c>. Without it the request is
/// rejected, also under a policy that only reports: its own token must not be sent in its place. A request without a verified token has
/// nothing to exchange.
/// </summary>
internal sealed class ExchangeMiddleware(RequestDelegate next, GatewayMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        if (request is not { Route.Exchange: { } exchange, Token: { } token })
        {
            return next(context);
        }

        var outcome = exchange.GetAsync(token, context.RequestAborted);
        return outcome.IsCompletedSuccessfully ? GoOn(context, request, outcome.Result) : AwaitAsync(context, request, outcome);
    }

    private async Task AwaitAsync(HttpContext context, GatewayRequest request, ValueTask<ExchangedToken> outcome) =>
        await GoOn(context, request, await outcome);

    /// <summary>Without an exchanged token the client gets 503. Its own token is never sent in place of the exchanged one.</summary>
    private Task GoOn(HttpContext context, GatewayRequest request, ExchangedToken outcome)
    {
        if (outcome.Authorization is { } authorization)
        {
            request.ExchangedAuthorization = authorization;
            return next(context);
        }

        const RejectionReason reason = RejectionReason.ExchangeUnavailable;
        var (route, issuer) = (request.Route!, request.Token!.Token.Issuer.Name);
        metrics.Rejected(reason, route.Id, issuer);
        AuthDecision.Rejected(context, Rejections.Of(reason).Tag, route.Id, issuer);
        return route.Snapshot.Rejections.WriteAsync(context, reason, requiredScope: null);
    }
}
