using Gateway.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// The policies of <c>Gateway:Policies</c> as ASP.NET Core's. Every name gives a policy that asks <see cref="PolicyRequirementHandler"/>: YARP
/// looks names up before the configuration that defines them is in effect, and our own check finds unknown ones.
/// </summary>
internal sealed class PolicyProvider : IAuthorizationPolicyProvider
{
    private static readonly AuthorizationPolicy Authenticated = Create(RoutePolicy.AuthenticatedName);

    // YARP insists that nothing defines the name it reserves.
    public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult(
        policyName.Equals(RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase) ? null : Create(policyName));

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(Authenticated);

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

    private static AuthorizationPolicy Create(string name) =>
        new AuthorizationPolicyBuilder(BearerScheme.Name).AddRequirements(new PolicyRequirement(name)).Build();
}
