using Gateway.Policies;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>Checks <c>Gateway:Management</c>.</summary>
internal static class ManagementCheck
{
    private const string Section = "Gateway:Management";

    /// <summary>The policy must single out administrators: a caller who satisfies it can revoke every token.</summary>
    public static void Run(ManagementOptions options, RoutePolicies policies, ConfigurationReport report)
    {
        if (options.Port is < 0 or > 65535)
        {
            report.Error($"{Section}:Port", "this is no TCP port.", "Choose 1 to 65535.");
        }

        // Allowed: without a policy /admin does not exist outside Development.
        if (options.Policy is not { } name)
        {
            return;
        }

        if (!policies.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            report.Error($"{Section}:Policy", "there is no such policy.", Suggestion.For(name, policies.Names));
        }
        else if (!policies[name].RouteParameters.IsEmpty)
        {
            report.Error(
                $"{Section}:Policy", "this policy compares a claim with the path of a route (EqualsRouteValue), and /admin is no route.",
                "Name a policy without such a rule.");
        }
        else if (!policies[name].TokenSources.All(source => source is null))
        {
            report.Error(
                $"{Section}:Policy", "this policy reads a token source with a name, and /admin reads those without.",
                "Name a policy without TokenSource.");
        }
        else if (policies[name] is var policy && (policy.Mode == PolicyMode.Report || !AsksForSomething(policy)))
        {
            report.Error(
                $"{Section}:Policy", "this policy lets in callers who are no administrators.",
                "Name a policy of Gateway:Policies that enforces a scope or claim of administrators.");
        }
    }

    /// <summary>A scope, or a claim that must be there: what a token holds by no accident.</summary>
    private static bool AsksForSomething(RoutePolicy policy) =>
        policy is not { AllScopes: [], AnyScopes: [] } || policy.Claims.Any(rule => rule.NeedsClaim)
        || policy.Combination is { } combination
            && (combination.IsAny ? combination.Parts.All(AsksForSomething) : combination.Parts.Any(AsksForSomething));
}
