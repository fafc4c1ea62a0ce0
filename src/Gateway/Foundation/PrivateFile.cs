namespace Gateway.Foundation;

/// <summary>A file that only the user of this process can read.</summary>
internal static class PrivateFile
{
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
