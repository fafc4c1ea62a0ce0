using System.Buffers.Text;

namespace Gateway.Jose.Encryption;

/// <summary>
/// A JWE in compact form (RFC 7516 section 3.1), split but not trusted. Like a signed token it has one spelling, and its size is bounded
/// before anything of it is decoded.
/// </summary>
internal readonly ref struct EncryptedToken
{
    private const int Parts = 5;

    private EncryptedToken(ReadOnlySpan<char> text, scoped ReadOnlySpan<Range> parts)
    {
        Header = text[parts[0]];
        EncryptedKey = text[parts[1]];
        Vector = text[parts[2]];
        Ciphertext = text[parts[3]];
        Tag = text[parts[4]];
    }

    public ReadOnlySpan<char> Header { get; }

    /// <summary>Empty where the algorithm needs none.</summary>
    public ReadOnlySpan<char> EncryptedKey { get; }

    public ReadOnlySpan<char> Vector { get; }

    public ReadOnlySpan<char> Ciphertext { get; }

    public ReadOnlySpan<char> Tag { get; }

    /// <summary>Whether the text is in five parts.</summary>
    public static bool Is(ReadOnlySpan<char> text) => text.Count('.') == Parts - 1;

    /// <summary>Checks size, alphabet and canonical form of each part. Decodes nothing.</summary>
    public static bool TrySplit(ReadOnlySpan<char> text, out EncryptedToken token, out RejectionReason reason)
    {
        token = default;
        reason = RejectionReason.TooLarge;
        if (text.Length > CompactToken.MaxLength)
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[Parts];
        reason = RejectionReason.Malformed;
        if (!Is(text) || text.ContainsAnyExcept(CompactToken.Alphabet) || text.Split(parts, '.') != Parts)
        {
            return false;
        }

        var split = new EncryptedToken(text, parts);
        if (!CompactToken.IsCanonical(split.Header) || !(split.EncryptedKey.IsEmpty || CompactToken.IsCanonical(split.EncryptedKey))
            || !CompactToken.IsCanonical(split.Vector)
                || !CompactToken.IsCanonical(split.Ciphertext)
                || !CompactToken.IsCanonical(split.Tag))
        {
            return false;
        }

        if (Base64Url.GetMaxDecodedLength(split.Header.Length) > CompactToken.MaxHeaderLength)
        {
            reason = RejectionReason.TooLarge;
            return false;
        }

        token = split;
        reason = default;
        return true;
    }
}
