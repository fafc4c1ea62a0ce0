using Gateway.Authentication;
using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authorization;

namespace Gateway.Pipeline.Bearer;

/// <summary>A policy of <c>Gateway:Policies</c> as a requirement of ASP.NET Core's authorization.</summary>
internal sealed record PolicyRequirement(string Name) : IAuthorizationRequirement;

/// <summary>
/// Applies the policy to the verified token of the user; a user without one satisfies no policy. A policy in report mode is enforced here,
/// because there is no route for which a report could be recorded.
/// </summary>
internal sealed class PolicyRequirementHandler(LiveGateway live, TimeProvider time) : AuthorizationHandler<PolicyRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PolicyRequirement requirement)
    {
        var snapshot = context.Resource is HttpContext http ? BearerEvents.SnapshotOf(http, live) : live.Current;
        var policy = snapshot.Settings.Policies.Find(requirement.Name)
            ?? throw new InvalidOperationException(
                $"An endpoint asks for the policy {requirement.Name}, which Gateway:Policies does not define.");
        Decide(context, requirement, policy, time);
        return Task.CompletedTask;
    }

    /// <summary>Stores the reason for the rejection on the request, for the response.</summary>
    public static void Decide(
        AuthorizationHandlerContext context, IAuthorizationRequirement requirement, RoutePolicy policy, TimeProvider time)
    {
        if (TokenIdentity.TokenOf(context.User) is not { } token)
        {
            return;
        }

        var http = context.Resource as HttpContext;
        var decision = token.Decide(policy, new PolicyRequest(http?.Request.RouteValues, time));
        if (decision.Rejected is null)
        {
            context.Succeed(requirement);
        }
        else if (http is not null)
        {
            http.Features[typeof(PolicyDecision)] = decision;
        }
    }
}
