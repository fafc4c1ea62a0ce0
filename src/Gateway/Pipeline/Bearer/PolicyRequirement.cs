using Gateway.Authentication;
using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authorization;

namespace Gateway.Pipeline.Bearer;

/// <summary>A policy of ours, asked for by ASP.NET Core's authorization.</summary>
internal sealed record PolicyRequirement(string Name) : IAuthorizationRequirement;

/// <summary>
/// Judges the verified token of the user; a user without one satisfies nothing. A policy in report mode is enforced here, because there is no
/// route to record the decision for.
/// </summary>
internal sealed class PolicyRequirementHandler(LiveGateway live) : AuthorizationHandler<PolicyRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PolicyRequirement requirement)
    {
        var snapshot = context.Resource is HttpContext http ? BearerEvents.SnapshotOf(http, live) : live.Current;
        var policy = snapshot.Settings.Policies.Find(requirement.Name)
            ?? throw new InvalidOperationException($"An endpoint asks for the policy {requirement.Name}, which Gateway:Policies does not define.");
        Decide(context, requirement, policy);
        return Task.CompletedTask;
    }

    /// <summary>Leaves why the policy rejects the token on the request, for the answer.</summary>
    public static void Decide(AuthorizationHandlerContext context, IAuthorizationRequirement requirement, RoutePolicy policy)
    {
        if (TokenIdentity.TokenOf(context.User) is not { } token)
        {
            return;
        }

        var decision = token.Decide(policy);
        if (decision.Refused is null)
        {
            context.Succeed(requirement);
        }
        else if (context.Resource is HttpContext http)
        {
            http.Features[typeof(PolicyDecision)] = decision;
        }
    }
}
