namespace Gateway.Settings;

/// <summary>Checks a folder that a setting names, and that the gateway creates when it is absent.</summary>
internal static class NamedFolder
{
    /// <param name="path">The setting that names the folder.</param>
    /// <returns>The full path; null for no folder.</returns>
    public static string? Check(string path, string? folder, SettingsContext context)
    {
        if (folder is null)
        {
            return null;
        }

        var full = context.Resolve(folder);
        if (string.IsNullOrWhiteSpace(folder) || File.Exists(full))
        {
            context.Report.Error(path, "this is not a folder.", "Name a folder that the gateway may write, or leave it out.");
        }

        return full;
    }
}
