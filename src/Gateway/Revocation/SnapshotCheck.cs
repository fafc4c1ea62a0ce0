using Gateway.Settings;

namespace Gateway.Revocation;

/// <summary>Checks <c>Gateway:Revocation:SnapshotDirectory</c>.</summary>
internal static class SnapshotCheck
{
    private const string Setting = "Gateway:Revocation:SnapshotDirectory";

    /// <summary>The full path of the folder, or null.</summary>
    public static string? BuildDirectory(string? folder, SettingsContext context)
    {
        var path = NamedFolder.Check(Setting, folder, context);
        if (Directory.Exists(path) && !context.Report.HasErrorsBelow(Setting) && !CanWrite(path))
        {
            context.Report.Error(
                Setting, "the gateway may not write into this folder.", "Give its user the right to write there, or name another folder.");
        }

        return path;
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            var options =
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose };
            using var probe = new FileStream(Path.Combine(folder, $".{Guid.NewGuid():N}.tmp"), options);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
