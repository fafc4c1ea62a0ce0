using System.Security.Cryptography;

namespace Gateway.Issuers;

/// <summary>Reads a small file again and again by its path, so that a link that is swapped, as Kubernetes does it, is followed.</summary>
internal sealed class KeyFile(string path)
{
    private const int MaxLength = 256 * 1024;
    private static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(5);

    private byte[]? _lastRead;

    private static KeyLoad TooLarge => KeyLoad.Failed($"the file is larger than {MaxLength} bytes");

    /// <summary>The keys that the content brings, or what is wrong with it.</summary>
    public static KeyLoad Parse(byte[] content, Func<byte[], KeyLoad> parse) => content.Length > MaxLength ? TooLarge : parse(content);

    public async Task<KeyLoad> LoadAsync(Func<byte[], KeyLoad> parse, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxLength)
            {
                return TooLarge;
            }

            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            var hash = SHA256.HashData(content);
            if (_lastRead.AsSpan().SequenceEqual(hash))
            {
                return KeyLoad.Unchanged with { RefreshIn = ReadEvery };
            }

            var load = Parse(content, parse) with { RefreshIn = ReadEvery };
            _lastRead = load.IsSuccess ? hash : null;
            return load;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return KeyLoad.Failed($"the file cannot be read: {fault.Message}");
        }
    }
}
