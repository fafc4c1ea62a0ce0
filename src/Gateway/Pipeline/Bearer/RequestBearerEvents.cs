using System.Security.Claims;
using Gateway.Authentication;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// The Bearer scheme of the public listener. If the authentication stage has verified or rejected the token, the scheme returns that
/// result. The handler verifies only tokens that the stage does not: those for endpoints that are not proxied, and those for which code
/// asks on a public route.
/// </summary>
internal sealed class RequestBearerEvents(LiveGateway live) : BearerEvents(live)
{
    private readonly LiveGateway _live = live;

    protected override Task FindAsync(MessageReceivedContext context)
    {
        switch (GatewayRequest.Find(context.HttpContext))
        {
            // The token of a live connection has ended. Code that still runs for the request must not get its user again.
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
