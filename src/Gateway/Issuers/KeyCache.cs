using System.Security.Cryptography;
using System.Text;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>The last good key document of each issuer, one file each, for a start while the provider is down.</summary>
internal sealed partial class KeyCache(string directory, ILogger<KeyCache> logger)
{
    private const int MaxNameLength = 64;
    private const int MaxFiles = 10_000;

    private volatile bool _isFailing;

    /// <summary>The issuer's document; null when there is none, or none that is of use.</summary>
    public async Task<StoredKeys?> ReadAsync(IssuerKeys keys, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var file = FileOf(keys.Issuer);
        try
        {
            if (!File.Exists(file))
            {
                return null;
            }

            if (new FileInfo(file).Length > StoredKeys.MaxLength)
            {
                Ignored(logger, keys.Issuer, file, "it is too large");
                return null;
            }

            if (StoredKeys.TryRead(await File.ReadAllBytesAsync(file, cancellationToken), out var stored, out var why)
                && (why = stored.Objection(keys, now)) is null)
            {
                return stored;
            }

            Ignored(logger, keys.Issuer, file, why!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Ignored(logger, keys.Issuer, file, fault.Message);
        }

        return null;
    }

    /// <summary>The names of the issuers whose documents are here, ten thousand at most; those that cannot be read have none.</summary>
    public IEnumerable<string> Issuers()
    {
        foreach (var file in Files())
        {
            byte[] utf8;
            try
            {
                utf8 = new FileInfo(file).Length > StoredKeys.MaxLength ? [] : File.ReadAllBytes(file);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Said when the issuer itself is read.
                continue;
            }

            if (StoredKeys.TryRead(utf8, out var stored, out _))
            {
                yield return stored.Issuer;
            }
        }
    }

    private string[] Files()
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*.json").Take(MaxFiles)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Replaces the issuer's file whole, so that a crash leaves the old one or the new one.</summary>
    public async Task WriteAsync(StoredKeys stored)
    {
        var file = FileOf(stored.Issuer);
        var draft = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(directory);
            await using (var stream = PrivateFile.Create(draft))
            {
                await stream.WriteAsync(stored.ToUtf8());
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: true);
            _isFailing = false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Discard(draft);
            if (!_isFailing)
            {
                _isFailing = true;
                NotWritten(logger, directory, fault.Message);
            }
        }
    }

    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It was never there, or stays: it is never read.
        }
    }

    /// <summary>A name that people recognize and a hash that no other issuer has.</summary>
    private string FileOf(string issuer)
    {
        var readable = string.Concat(issuer.Take(MaxNameLength).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(issuer)).AsSpan(0, 8));
        return Path.Combine(directory, $"{readable}-{hash}.json");
    }

    [LoggerMessage(EventIds.KeyCacheIgnored, LogLevel.Warning, "Issuer {Issuer}: the cached keys in {File} are ignored: {Why}.")]
    private static partial void Ignored(ILogger logger, string issuer, string file, string why);

    [LoggerMessage(
        EventIds.KeyCacheNotWritten, LogLevel.Warning,
        "Keys cannot be cached in {Directory}: {Error} Until they can, the gateway needs the issuers at a restart.")]
    private static partial void NotWritten(ILogger logger, string directory, string error);
}
