using System.Security.Cryptography;
using System.Text;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// Envoy's <c>X-Forwarded-Client-Cert</c>: pairs such as <c>Hash=...;Cert="..."</c> for each proxy on the way, with a comma between them.
/// Of several it cannot be known which is the client's and which a client has written, so there must be one: the outermost proxy replaces
/// the header (SANITIZE_SET), and those behind it pass it on.
/// </summary>
internal static class EnvoyCertificate
{
    private static readonly string[] Names = ["By", "Hash", "Cert", "Chain", "Subject", "URI", "DNS"];

    public static bool Is(ReadOnlySpan<char> value)
    {
        var end = value.IndexOf('=');
        if (end < 0)
        {
            return false;
        }

        foreach (var name in Names)
        {
            if (value[..end].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// By <c>Hash</c>, which is the SHA-256 in hex, else by <c>Cert</c>, which is escaped PEM. Where both are there they must agree.
    /// </summary>
    public static bool TryHash(ReadOnlySpan<char> value, Span<byte> hash)
    {
        if (!TryReadPairs(value, out var hex, out var pem) || (hex is null && pem is null))
        {
            return false;
        }

        if (pem is not null && !ForwardedCertificate.TryHashEncoded(pem, hash))
        {
            return false;
        }

        if (hex is null)
        {
            return true;
        }

        if (hex.Length != 2 * SHA256.HashSizeInBytes || !hex.All(char.IsAsciiHexDigit))
        {
            return false;
        }

        var named = Convert.FromHexString(hex);
        if (pem is not null && !hash[..named.Length].SequenceEqual(named))
        {
            return false;
        }

        named.CopyTo(hash);
        return true;
    }

    private static bool TryReadPairs(ReadOnlySpan<char> value, out string? hash, out string? certificate)
    {
        (hash, certificate) = (null, null);
        while (!value.IsEmpty)
        {
            var equals = value.IndexOf('=');
            if (equals < 0)
            {
                return false;
            }

            var name = value[..equals].Trim();
            if (!TryReadValue(value[(equals + 1)..], out var text, out value))
            {
                return false;
            }

            ref var place = ref certificate;
            if (name.Equals("Hash", StringComparison.OrdinalIgnoreCase))
            {
                place = ref hash;
            }
            else if (!name.Equals("Cert", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (place is not null)
            {
                return false;
            }

            place = text;
        }

        return true;
    }

    /// <summary>One value up to the next semicolon, in quotes or not. False at a comma, which begins the pairs of another proxy.</summary>
    private static bool TryReadValue(ReadOnlySpan<char> text, out string value, out ReadOnlySpan<char> rest)
    {
        var read = new StringBuilder();
        var (isQuoted, i) = (false, 0);
        for (; i < text.Length && (isQuoted || text[i] is not (';' or ',')); i++)
        {
            if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted && text[i] == '\\' && i + 1 < text.Length)
            {
                read.Append(text[++i]);
            }
            else
            {
                read.Append(text[i]);
            }
        }

        value = read.ToString();
        rest = i < text.Length ? text[(i + 1)..] : [];
        return !isQuoted && (i == text.Length || text[i] == ';');
    }
}
