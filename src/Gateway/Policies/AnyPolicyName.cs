using Microsoft.AspNetCore.Authorization;

namespace Gateway.Policies;

/// <summary>
/// Tells YARP that every policy name exists: which ones do is our own check's business. Each is a refusal to ASP.NET Core, so that every
/// door stays shut should its own authorization ever run in place of ours.
/// </summary>
internal sealed class AnyPolicyName : IAuthorizationPolicyProvider
{
    private static readonly AuthorizationPolicy Refuse = new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build();

    public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) =>
        // YARP insists that nobody defines the name it reserves.
        Task.FromResult(policyName.Equals(RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase) ? null : Refuse);

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(Refuse);

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult<AuthorizationPolicy?>(null);
}
