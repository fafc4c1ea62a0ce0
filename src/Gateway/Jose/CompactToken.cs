using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Jose;

/// <summary>
/// A JWS in compact form (RFC 7515 section 3.1), split but not verified. Caches and revocation compare the text, so a token must have
/// only one encoding: padding, white space and nonzero unused bits in the last character are rejected.
/// </summary>
internal readonly ref struct CompactToken
{
    /// <summary>In characters. Larger tokens are rejected before anything is decoded.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Of the decoded JOSE header, in bytes.</summary>
    public const int MaxHeaderLength = 1024;

    /// <summary>base64url, and the dot.</summary>
    public static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private CompactToken(ReadOnlySpan<char> text, int firstDot, int secondDot)
    {
        SigningInput = text[..secondDot];
        Header = text[..firstDot];
        Payload = text[(firstDot + 1)..secondDot];
        Signature = text[(secondDot + 1)..];
    }

    /// <summary>Header, dot and payload as they were sent: what the signature covers (RFC 7515 section 5.1).</summary>
    public ReadOnlySpan<char> SigningInput { get; }

    public ReadOnlySpan<char> Header { get; }

    public ReadOnlySpan<char> Payload { get; }

    public ReadOnlySpan<char> Signature { get; }

    /// <summary>Splits into exactly three parts, each not empty and canonical. Decodes nothing and allocates nothing.</summary>
    /// <param name="maxLength">Characters.</param>
    public static bool TrySplit(ReadOnlySpan<char> text, out CompactToken token, out RejectionReason reason, int maxLength = MaxLength)
    {
        token = default;
        if (text.Length > maxLength)
        {
            reason = RejectionReason.TooLarge;
            return false;
        }

        reason = RejectionReason.Malformed;
        var firstDot = text.IndexOf('.');
        var secondDot = text.LastIndexOf('.');
        if (firstDot < 0 || firstDot == secondDot || text[(firstDot + 1)..secondDot].Contains('.') || text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        token = new CompactToken(text, firstDot, secondDot);
        if (!IsCanonical(token.Header) || !IsCanonical(token.Payload) || !IsCanonical(token.Signature))
        {
            return false;
        }

        if (Base64Url.GetMaxDecodedLength(token.Header.Length) > MaxHeaderLength)
        {
            reason = RejectionReason.TooLarge;
            return false;
        }

        reason = default;
        return true;
    }

    /// <summary>Decodes a segment that <see cref="TrySplit"/> has checked.</summary>
    public static int Decode(ReadOnlySpan<char> segment, Span<byte> destination) => Base64Url.DecodeFromChars(segment, destination);

    /// <summary>Whether the segment is base64url of at least one byte, in its only spelling; of characters of the alphabet.</summary>
    public static bool IsCanonical(ReadOnlySpan<char> segment) => (segment.Length % 4) switch
    {
        _ when segment.IsEmpty => false,
        0 => true,
        // RFC 4648 section 3.5: unused bits must be zero, else the same bytes have several encodings.
        2 => (SixBits(segment[^1]) & 0b1111) == 0,
        3 => (SixBits(segment[^1]) & 0b11) == 0,
        _ => false,
    };

    private static int SixBits(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
