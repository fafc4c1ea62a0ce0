namespace Gateway.Foundation;

/// <summary>Reads a mounted file with a secret or a key when it is needed, so that its content can change without a restart.</summary>
internal static class CredentialFile
{
    private const int MaxLength = 64 * 1024;

    /// <summary>The content; null with the problem when the file cannot be read or is larger than 64 KiB.</summary>
    public static async Task<(byte[]? Content, string? Problem)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length > MaxLength
                ? (null, "it is too large")
                : (await File.ReadAllBytesAsync(path, cancellationToken), null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"it cannot be read: {fault.Message}");
        }
    }
}
