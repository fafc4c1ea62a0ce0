using System.Text;
using Gateway.Issuers;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>A verified token in the cache, with what a hit has to check again: expiry, key and revocation.</summary>
internal sealed class CachedToken(VerifiedToken token, ulong hash)
{
    // Objects, and a string without its characters: what CachedTokenSizeTests finds on a 64-bit machine.
    private const int FixedSize = 350;
    private const int StringSize = 24;

    // This and the issuer are copies of what the token has, so that the processor fetches all of them at once and not one after the other.
    private readonly byte[] _text = token.Token.Text;
    private volatile TokenKey _key = token.Key;
    private readonly double _lastSecond = token.Token.ExpiresAt + token.Token.Issuer.ClockSkew.TotalSeconds;
    private long _revocationVersion = -1;

    public VerifiedToken Token => token;

    public IssuerProfile Issuer { get; } = token.Token.Issuer;

    public ulong Hash => hash;

    /// <summary>Bytes of memory, near enough for a bound.</summary>
    public int Size { get; } = SizeOf(token);

    /// <summary>Whether it was used since the clock hand of the cache last passed by.</summary>
    public bool IsVisited { get; set; }

    /// <summary>The version of the revocation list at which this token was last found not revoked; -1 for never.</summary>
    public long RevocationVersion
    {
        get => Volatile.Read(ref _revocationVersion);
        set => Volatile.Write(ref _revocationVersion, value);
    }

    /// <summary>The token itself, its claims and their index make a little over two bytes a character.</summary>
    private static int SizeOf(VerifiedToken token)
    {
        var size = FixedSize + (token.Token.Text.Length * 9 / 4);
        foreach (var header in token.IdentityHeaders)
        {
            size += StringSize + (sizeof(char) * header.Value.Length);
        }

        return size;
    }

    /// <summary>Every character counts: two tokens that differ in one are two tokens.</summary>
    public bool Is(ReadOnlySpan<char> text) => Ascii.Equals(_text, text);

    /// <summary>The first whole Unix second at which it has expired.</summary>
    public uint FreeSecond => (uint)Math.Clamp(Math.Ceiling(_lastSecond), 1, uint.MaxValue);

    public bool IsExpired(double now) => now >= _lastSecond;

    /// <summary>Whether the issuer's ring of the moment would still verify the token with the very same key.</summary>
    public bool HasKey()
    {
        var keys = Issuer.Keys;
        var (known, ring) = (_key, keys.Current);
        if (ReferenceEquals(known.Ring, ring))
        {
            return !keys.IsRetired;
        }

        if (known.In(ring) is not { } same)
        {
            return false;
        }

        _key = same;
        return !keys.IsRetired;
    }
}
