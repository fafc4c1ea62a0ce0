namespace Gateway.Settings;

/// <summary>Reads a file that a setting names, for the check of its content.</summary>
internal static class NamedFile
{
    public const string Cure = "Mount the file, or correct the path; a relative path starts at the folder of yarp.json.";
    // Bytes. A wrong path may name a log file, which must not be read into memory.
    private const long MaxLength = 1024 * 1024;

    /// <param name="path">The setting that names the file.</param>
    /// <returns>The content; null when the file cannot be read, after the error is reported.</returns>
    public static byte[]? Read(string path, string file, SettingsContext context)
    {
        var (content, problem) = Read(file.Length == 0 ? "" : context.Resolve(file));
        if (problem is not null)
        {
            context.Report.Error(path, problem, Cure);
        }

        return content;
    }

    private static (byte[]? Content, string? Problem) Read(string file)
    {
        try
        {
            if (!File.Exists(file))
            {
                return (null, file.Length > 0 && Directory.Exists(file) ? "this is a folder, not a file." : "the file does not exist.");
            }

            return new FileInfo(file).Length switch
            {
                0 => (null, "this file is empty."),
                > MaxLength => (null, "this file is larger than 1 MiB."),
                _ => (File.ReadAllBytes(file), null),
            };
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return (
                null,
                fault is UnauthorizedAccessException ? "the gateway has no permission to read this file." : "this file cannot be read.");
        }
    }
}
