using Gateway.Authentication;
using Gateway.Runtime;

namespace Gateway.Pipeline.Authentication;

/// <summary>Sets whose request it is, for the stages that follow and for ASP.NET Core.</summary>
internal static class RequestIdentity
{
    /// <param name="first">The token of the request that expires first.</param>
    public static void Set(HttpContext context, GatewayRequest request, VerifiedToken token, VerifiedToken first, TimeProvider time)
    {
        request.Token = token;
        request.User = new RequestUser(token);
        request.User.AttachTo(context);
        if (request.Route!.Snapshot.Settings.Identity.ResponseExpiry is { } header)
        {
            ResponseExpiry.Announce(context, header, first.Token, time);
        }
    }
}
