using System.Collections.Concurrent;
using Gateway.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// Provides the policies of <c>Gateway:Policies</c> to ASP.NET Core. Every name, known or not, gives a policy that
/// <see cref="PolicyRequirementHandler"/> decides: YARP resolves names before the configuration that defines them is in effect, and the
/// gateway's own check finds unknown names.
/// </summary>
internal sealed class PolicyProvider : IAuthorizationPolicyProvider
{
    private static readonly AuthorizationPolicy Authenticated = Create(RoutePolicy.AuthenticatedName);

    // YARP asks for the policy of each route. Only the names of the configuration and of endpoints are asked for.
    private readonly ConcurrentDictionary<string, Task<AuthorizationPolicy?>> _policies = new(StringComparer.Ordinal);

    // YARP requires that no policy has its reserved name.
    public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => _policies.GetOrAdd(
        policyName,
        static name => Task.FromResult(
            name.Equals(RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase) ? null : Create(name)));

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(Authenticated);

    // None: endpoints without authorization metadata are those of a fork, which decides for itself. Routes are protected by their own
    // stage.
    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);

    private static AuthorizationPolicy Create(string name) =>
        new AuthorizationPolicyBuilder(BearerScheme.Name).AddRequirements(new PolicyRequirement(name)).Build();
}
