using System.Security.Claims;
using Gateway.Authentication;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// The Bearer scheme of the public listener. A request that the authentication stage has judged keeps that answer; the handler judges only
/// those that the stage does not: endpoints that are not proxied, and code that asks on a public route.
/// </summary>
internal sealed class RequestBearerEvents(LiveGateway live) : BearerEvents(live)
{
    private readonly LiveGateway _live = live;

    protected override Task FindAsync(MessageReceivedContext context)
    {
        switch (GatewayRequest.Find(context.HttpContext))
        {
            case { User.Withdrawn: { } withdrawn }:
                Reject(context, withdrawn);
                break;
            case { Token: { } token }:
                context.Principal = new ClaimsPrincipal(token.Identity);
                BearerResult.SetTimes(context.Properties, token.Token);
                context.Success();
                break;
            case { Rejection: { } rejection }:
                Reject(context, rejection);
                break;
            case var request:
                Find(context, request?.Snapshot ?? _live.Current);
                break;
        }

        return Task.CompletedTask;
    }
}
