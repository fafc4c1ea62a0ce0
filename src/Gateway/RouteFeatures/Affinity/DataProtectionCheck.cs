using Gateway.Settings;

namespace Gateway.RouteFeatures.Affinity;

/// <summary>Checks <c>Gateway:DataProtection</c>.</summary>
internal static class DataProtectionCheck
{
    /// <returns>The full path of the folder, or null.</returns>
    public static string? Build(DataProtectionOptions options, SettingsContext context)
    {
        if (options.Path is not { } path)
        {
            return null;
        }

        var directory = context.Resolve(path.Length == 0 ? "." : path);
        if (string.IsNullOrWhiteSpace(path) || File.Exists(directory))
        {
            context.Report.Error(
                "Gateway:DataProtection:Path", "this is not a folder.", "Name a folder that the gateway may write, or leave it out.");
        }

        return directory;
    }
}
