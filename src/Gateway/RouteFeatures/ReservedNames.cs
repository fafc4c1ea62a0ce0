using Gateway.Settings;

namespace Gateway.RouteFeatures;

/// <summary>YARP's own words in the place of a policy's name.</summary>
internal static class ReservedNames
{
    /// <summary>Switches off a policy that would apply by default.</summary>
    public const string Disable = "Disable";

    private const string Default = "Default";

    /// <summary>Reports a definition that has one of YARP's words as its name.</summary>
    public static void Check(string path, string name, ConfigurationReport report)
    {
        if (Contains(name))
        {
            report.Error(path, "this name is built in.", "Choose another.");
        }
    }

    public static bool Contains(string name) =>
        name.Equals(Disable, StringComparison.OrdinalIgnoreCase) || name.Equals(Default, StringComparison.OrdinalIgnoreCase);
}
