using Gateway.Pipeline.Bearer;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authorization;

namespace Gateway.Management;

/// <summary>The requirement of every endpoint of <c>/admin</c>: the policy that <c>Gateway:Management:Policy</c> names.</summary>
internal sealed class AdminRequirement : IAuthorizationRequirement
{
    public static readonly AuthorizationPolicy Policy =
        new AuthorizationPolicyBuilder(BearerScheme.Name).AddRequirements(new AdminRequirement()).Build();
}

/// <summary>
/// Without that setting, every caller satisfies the requirement in Development, where the listener is on loopback, and no caller elsewhere.
/// </summary>
internal sealed class AdminRequirementHandler(LiveGateway live, IHostEnvironment environment, TimeProvider time)
    : AuthorizationHandler<AdminRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AdminRequirement requirement)
    {
        var settings = BearerEvents.SnapshotOf((HttpContext)context.Resource!, live).Settings;
        if (settings.Management.Policy is { } name)
        {
            PolicyRequirementHandler.Decide(context, requirement, settings.Policies[name], time);
        }
        else if (environment.IsDevelopment())
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
