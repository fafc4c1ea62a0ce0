using Gateway.Authentication;
using Gateway.Pipeline.Bearer;
using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Management;

/// <summary>The Bearer scheme of <c>/admin</c>: the endpoint's entry says where a token is looked for and how a rejection looks.</summary>
internal sealed class AdminBearerEvents(LiveGateway live) : BearerEvents(live)
{
    private readonly LiveGateway _live = live;

    protected override async Task FindAsync(MessageReceivedContext context)
    {
        var settings = SnapshotOf(context.HttpContext, _live).Settings;
        if (settings.Management.Policy is null)
        {
            // Development without a policy requires no token, so an invalid one is ignored.
            context.NoResult();
            return;
        }

        var (token, reason) = await AdminGate.EntryOf(context.HttpContext).FindTokenAsync(context.Request, settings.Tokens);
        if (token is null)
        {
            Reject(context, new TokenRejection(reason, null));
        }

        context.Token = token;
    }

    /// <summary>A program gets the same response as on a proxied route; a browser gets a page.</summary>
    protected override Task RejectAsync(HttpContext context, PolicyDecision decision) =>
        AdminGate.EntryOf(context).RejectAsync(context, SnapshotOf(context, _live), decision);
}
