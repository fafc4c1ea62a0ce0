using System.Security.Cryptography;
using System.Text;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// Reads the certificate that a trusted proxy passes on. Only its hash is needed: what the proxy's TLS has accepted is not checked again.
/// Whatever cannot be read in exactly one way is no certificate.
/// </summary>
internal static class ForwardedCertificate
{
    private const int MaxLength = 16 * 1024;
    private const string Begin = "-----BEGIN CERTIFICATE-----";
    private const string End = "-----END CERTIFICATE-----";

    /// <param name="hash">The SHA-256 of the certificate in DER.</param>
    public static bool TryHash(string header, Span<byte> hash)
    {
        var value = header.AsSpan().Trim();
        if (value.IsEmpty || value.Length > MaxLength)
        {
            return false;
        }

        // Envoy writes pairs; in base64 a '=' is at the end, and in PEM that was escaped there is none.
        return EnvoyCertificate.Is(value) ? EnvoyCertificate.TryHash(value, hash) : TryHashEncoded(value, hash);
    }

    /// <summary>
    /// Escaped or plain PEM (nginx), base64 without its frame (Traefik, which lists the chain, the client's own first), or RFC 9440.
    /// </summary>
    public static bool TryHashEncoded(ReadOnlySpan<char> value, Span<byte> hash)
    {
        var text = value.Contains('%') ? Unescape(value) : value.ToString();
        if (text is null)
        {
            return false;
        }

        if (text.StartsWith(Begin, StringComparison.Ordinal))
        {
            // A chain has the client's own certificate first (RFC 8446 section 4.4.2).
            var end = text.IndexOf(End, StringComparison.Ordinal);
            return end > 0 && TryHashBase64(text.AsSpan(Begin.Length, end - Begin.Length), hash);
        }

        var first = text.AsSpan(0, text.IndexOf(',', StringComparison.Ordinal) is >= 0 and var comma ? comma : text.Length);
        return TryHashBase64(first is [':', .. var inner, ':'] ? inner : first, hash);
    }

    private static bool TryHashBase64(ReadOnlySpan<char> base64, Span<byte> hash)
    {
        var der = new byte[(base64.Length * 3 / 4) + 3];
        // White space within is what is left of PEM's lines.
        if (!Convert.TryFromBase64Chars(base64, der, out var length) || length == 0)
        {
            return false;
        }

        SHA256.HashData(der.AsSpan(0, length), hash);
        return true;
    }

    /// <summary>RFC 3986 section 2.1. A plus sign stands for itself: it is a digit of base64.</summary>
    private static string? Unescape(ReadOnlySpan<char> value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '%')
            {
                text.Append(value[i]);
                continue;
            }

            if (i + 2 >= value.Length || !char.IsAsciiHexDigit(value[i + 1]) || !char.IsAsciiHexDigit(value[i + 2]))
            {
                return null;
            }

            text.Append((char)Convert.FromHexString(value.Slice(i + 1, 2))[0]);
            i += 2;
        }

        return text.ToString();
    }
}
