using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// The path that routing and policy see must be the path that the destination receives. The server decodes the target once, YARP
/// encodes the decoded path again, and each form of target takes another way through the server; so everything two readers could
/// take for different paths is refused here, and what is left is decoded a second time, by us, and compared.
/// </summary>
internal static class RequestTarget
{
    // Everything of a path that stands for itself and cannot begin a dot segment or an escape: no '.', '%', ';' or '\'.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,=:@/");

    // Space to tilde, less what RFC 3986 keeps out of every part of a URL and some reader treats as a delimiter.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(c => c is not ('#' or '\\' or '"' or '<' or '>'))]);

    // A path is at most as long as the request line may be.
    private const int MaxLength = 8 * 1024;

    /// <param name="raw">The target as the client sent it.</param>
    /// <param name="path">The decoded path that the server made of it.</param>
    /// <param name="isHttp1">Whether a whole URL is allowed too (RFC 9112 section 3.2.2).</param>
    public static RequestFault Check(string raw, string path, bool isHttp1)
    {
        if (raw.Length > MaxLength || raw.AsSpan().ContainsAnyExcept(Allowed))
        {
            return RequestFault.TargetCharacter;
        }

        if (!TryFindPath(raw, isHttp1, out var rawPath))
        {
            return RequestFault.TargetForm;
        }

        if (rawPath.IndexOf("//") >= 0)
        {
            return RequestFault.TargetSlashes;
        }

        // The common case: nothing is encoded, nothing can be normalized.
        return !rawPath.ContainsAnyExcept(Plain)
            ? (rawPath.SequenceEqual(path) ? RequestFault.None : RequestFault.TargetDifferent)
            : CheckDecoded(rawPath, path);
    }

    private static bool TryFindPath(string raw, bool isHttp1, out ReadOnlySpan<char> path)
    {
        var target = raw.AsSpan();
        path = default;
        if (!target.StartsWith('/'))
        {
            var scheme = target.IndexOf("://");
            if (!isHttp1 || scheme < 0
                || !(target[..scheme].Equals("http", StringComparison.OrdinalIgnoreCase)
                    || target[..scheme].Equals("https", StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }

            target = target[(scheme + 3)..];
            var authorityEnd = target.IndexOfAny('/', '?');
            target = authorityEnd < 0 ? "/" : target[authorityEnd..];
            if (target[0] == '?')
            {
                path = "/";
                return true;
            }
        }

        var query = target.IndexOf('?');
        path = query < 0 ? target : target[..query];
        return true;
    }

    private static RequestFault CheckDecoded(ReadOnlySpan<char> rawPath, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(rawPath.Length);
        try
        {
            var fault = Decode(rawPath, buffer, out var length);
            if (fault != RequestFault.None)
            {
                return fault;
            }

            var decoded = buffer.AsSpan(0, length);
            if (HidesSeparator(decoded))
            {
                return RequestFault.TargetSeparator;
            }

            if (!Utf8.IsValid(decoded))
            {
                return RequestFault.TargetEncoding;
            }

            fault = RemoveDotSegments(decoded, out length);
            if (fault != RequestFault.None)
            {
                return fault;
            }

            return Encoding.UTF8.GetString(decoded[..length]).Equals(path, StringComparison.Ordinal)
                ? RequestFault.None
                : RequestFault.TargetDifferent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static RequestFault Decode(ReadOnlySpan<char> rawPath, Span<byte> decoded, out int length)
    {
        length = 0;
        for (var i = 0; i < rawPath.Length; i++)
        {
            var c = rawPath[i];
            if (c != '%')
            {
                decoded[length++] = (byte)c;
                continue;
            }

            if (!TryReadOctet(rawPath[i..], out var octet))
            {
                return RequestFault.TargetEncoding;
            }

            if (octet is 0 or (byte)'/' or (byte)'\\')
            {
                return RequestFault.TargetSeparator;
            }

            if (octet is < 0x20 or 0x7F)
            {
                return RequestFault.TargetEncoding;
            }

            decoded[length++] = octet;
            i += 2;
        }

        return RequestFault.None;
    }

    /// <summary>
    /// Encoded twice is safe with us and not with a destination that decodes twice. Looked for in the decoded path, because the digits
    /// of the second encoding may be encoded themselves (<c>%25%32%65</c>).
    /// </summary>
    private static bool HidesSeparator(ReadOnlySpan<byte> decoded)
    {
        while (decoded.IndexOf((byte)'%') is >= 0 and var escape)
        {
            decoded = decoded[(escape + 1)..];
            if (decoded.Length >= 2
                && byte.TryParse(decoded[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet)
                && octet is 0 or (byte)'/' or (byte)'\\' or (byte)'.' or (byte)';')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the two hexadecimal digits after the first character, whatever that is.</summary>
    private static bool TryReadOctet(ReadOnlySpan<char> escape, out byte octet)
    {
        octet = 0;
        return escape.Length >= 3 && byte.TryParse(escape[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet);
    }

    /// <summary>RFC 3986 section 5.2.4 in place, refusing parameters: to some destinations <c>/admin;x/</c> is <c>/admin/</c>, and <c>/..;x/</c> goes up.</summary>
    private static RequestFault RemoveDotSegments(Span<byte> path, out int length)
    {
        length = 0;
        var rest = path;
        var isLast = false;
        while (!isLast)
        {
            // rest begins with the slash before a segment.
            var end = rest[1..].IndexOf((byte)'/') + 1;
            isLast = end == 0;
            var segment = isLast ? rest[1..] : rest[1..end];
            if (segment.Contains((byte)';'))
            {
                return RequestFault.TargetParameters;
            }

            if (segment.SequenceEqual(".."u8) || segment.SequenceEqual("."u8))
            {
                if (segment.Length == 2)
                {
                    if (length == 0)
                    {
                        // Above the root: some readers stop there, some go on.
                        return RequestFault.TargetDots;
                    }

                    length = path[..length].LastIndexOf((byte)'/');
                }

                if (isLast)
                {
                    path[length++] = (byte)'/';
                }
            }
            else
            {
                path[length++] = (byte)'/';
                segment.CopyTo(path[length..]);
                length += segment.Length;
            }

            rest = isLast ? default : rest[end..];
        }

        return RequestFault.None;
    }
}
