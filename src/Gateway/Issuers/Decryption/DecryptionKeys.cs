using System.Security.Cryptography;
using Gateway.Jose.Encryption;

namespace Gateway.Issuers.Decryption;

/// <summary>Names a file of our private keys: issuers that name the same share its keys.</summary>
/// <param name="Path">The full path.</param>
internal sealed record DecryptionFile(string Path);

/// <summary>
/// The private keys of one file, for tokens that are encrypted for us. They are read when they are made and again by
/// <see cref="DecryptionKeyFollower"/>; a file that cannot be used leaves the keys that were read before.
/// </summary>
internal sealed class DecryptionKeys
{
    private const int MaxLength = 256 * 1024;

    private readonly string _path;
    private volatile DecryptionKeySet _current = DecryptionKeySet.Empty;
    private volatile string? _error;
    private byte[]? _lastRead;

    private DecryptionKeys(string path) => _path = path;

    public string Path => _path;

    public DecryptionKeySet Current => _current;

    /// <summary>Why the file could not be used the last time; null when it could.</summary>
    public string? Error => _error;

    /// <summary>Every client can encrypt with a public key, so the decryptions are limited like the verifications of an issuer.</summary>
    public VerificationBudget Budget { get; } = new(Environment.ProcessorCount);

    public static DecryptionKeys Load(DecryptionFile file)
    {
        var keys = new DecryptionKeys(file.Path);
        keys.Reload();
        return keys;
    }

    /// <summary>The keys of a file's content, or what is wrong with it.</summary>
    public static DecryptionKeySet? Parse(byte[] content, out string? error)
    {
        error = $"it is larger than {MaxLength} bytes";
        return content.Length > MaxLength ? null : DecryptionKeySet.Parse(content, out error);
    }

    /// <summary>Reads the file again. Returns whether the keys or the error changed. One caller at a time.</summary>
    public bool Reload()
    {
        var before = _error;
        try
        {
            var content = new FileInfo(_path).Length > MaxLength ? new byte[MaxLength + 1] : File.ReadAllBytes(_path);
            var hash = SHA256.HashData(content);
            if (_lastRead.AsSpan().SequenceEqual(hash))
            {
                _error = null;
                return before is not null;
            }

            if (Parse(content, out var error) is { } keys)
            {
                _current = keys;
                _lastRead = hash;
                _error = null;
                return true;
            }

            _error = error;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _error = $"it cannot be read: {fault.Message}";
        }

        return _error != before;
    }
}
