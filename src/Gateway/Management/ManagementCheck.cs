using Gateway.Authorization;
using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>Checks <c>Gateway:Management</c>.</summary>
internal static class ManagementCheck
{
    private const string Section = "Gateway:Management";

    public static void Run(ManagementOptions options, RoutePolicies policies, ConfigurationReport report)
    {
        if (options.Port is < 0 or > 65535)
        {
            report.Error($"{Section}:Port", "this is no TCP port.", "Choose 1 to 65535.");
        }

        if (options.Policy is not { } name)
        {
            return;
        }

        if (!policies.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            report.Error($"{Section}:Policy", "there is no such policy.", Suggestion.For(name, policies.Names));
        }
        else if (policies[name] is { IsAnonymous: true } or { Mode: PolicyMode.Report } || name.Equals(RoutePolicy.AuthenticatedName, StringComparison.OrdinalIgnoreCase))
        {
            report.Error($"{Section}:Policy", "this policy lets in callers who are no administrators.", "Name a policy of Gateway:Policies that enforces a scope or claim of administrators.");
        }
    }
}
