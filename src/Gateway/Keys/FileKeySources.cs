namespace Gateway.Keys;

/// <summary>A JWK Set in a file.</summary>
internal sealed class JwksFileSource(string path) : IKeySource
{
    public string Name => path;

    public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken) =>
        KeyFile.LoadAsync(path, content => KeyLoad.Parse(content), cancellationToken);
}

/// <summary>The secret of an HS256, HS384 or HS512 issuer in a file. The content is never shown.</summary>
internal sealed class SecretFileSource(string path, int minLength) : IKeySource
{
    public string Name => path;

    public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken) => KeyFile.LoadAsync(path, Parse, cancellationToken);

    private KeyLoad Parse(byte[] content)
    {
        // Editors and `echo` end a file with a line break that nobody means as part of the secret.
        var secret = content.AsSpan();
        secret = secret.EndsWith("\n"u8) ? secret[..^1] : secret;
        secret = secret.EndsWith("\r"u8) ? secret[..^1] : secret;
        return secret.Length < minLength
            ? KeyLoad.Failed($"the secret has {secret.Length} bytes and needs at least {minLength} (RFC 7518 section 3.2)")
            : new KeyLoad(new KeyRing([VerificationKey.Secret(secret.ToArray())], []), null);
    }
}

file static class KeyFile
{
    private const int MaxLength = 256 * 1024;

    public static async Task<KeyLoad> LoadAsync(string path, Func<byte[], KeyLoad> parse, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxLength)
            {
                return KeyLoad.Failed($"the file is larger than {MaxLength} bytes");
            }

            return parse(await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return KeyLoad.Failed($"the file cannot be read: {fault.Message}");
        }
    }
}
