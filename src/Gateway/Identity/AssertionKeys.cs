using System.Security.Cryptography;
using Gateway.Jose;

namespace Gateway.Identity;

/// <summary>The keys that assertions are signed with, as the file has them. The last good ones stay in use.</summary>
/// <param name="first">What the file held when the configuration was checked.</param>
internal sealed class AssertionKeys(string file, JwsSignerSet first)
{
    private volatile JwsSignerSet _current = first;
    private byte[] _seen = [];

    public string File => file;

    public JwsSignerSet Current => _current;

    /// <summary>Reads the file, wherever links lead. Not for two callers at once.</summary>
    /// <param name="error">Why the content, which has changed, cannot be used.</param>
    /// <returns>The keys that are used from now on; null when they stay the same.</returns>
    /// <exception cref="IOException">The file is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public JwsSignerSet? Look(out string? error)
    {
        error = null;
        using var stream = System.IO.File.OpenRead(file);
        // One byte more than is possible tells a longer file.
        var buffer = new byte[JwsSignerSet.MaxLength + 1];
        var content = buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        var hash = SHA256.HashData(content);
        if (hash.AsSpan().SequenceEqual(_seen))
        {
            return null;
        }

        // Bad content is looked at once, not each time.
        _seen = hash;
        if (!JwsSignerSet.TryParse(content, out var set, out error) || set.EntityTag == _current.EntityTag)
        {
            return null;
        }

        return _current = set.After(_current);
    }
}
