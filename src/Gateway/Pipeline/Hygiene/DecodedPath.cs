using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Gateway.RouteFeatures.Paths;

namespace Gateway.Pipeline.Hygiene;

/// <summary>Decodes a path independently and compares the result with the path that the server decoded.</summary>
internal static class DecodedPath
{
    // Placeholders for an encoded slash in the decoded path, which contains no other control characters. There are two, to keep the case
    // of the escape.
    private const byte UpperSlash = 1;
    private const byte LowerSlash = 2;

    private static readonly SearchValues<byte> HiddenSeparators = SearchValues.Create([UpperSlash, LowerSlash, (byte)';']);

    /// <param name="rawPath">The path as sent.</param>
    /// <param name="path">The path as the server decoded it.</param>
    /// <param name="allowed">The traits that at least one route allows.</param>
    /// <param name="traits">The traits of this path.</param>
    /// <param name="hasDots">True when dot segments were removed.</param>
    public static RequestFault Check(ReadOnlySpan<char> rawPath, string path, PathTraits allowed, out PathTraits traits, out bool hasDots)
    {
        traits = PathTraits.None;
        hasDots = false;
        var buffer = ArrayPool<byte>.Shared.Rent(rawPath.Length);
        try
        {
            var fault = Decode(rawPath, buffer, allowed, out var length, ref traits);
            if (fault != RequestFault.None)
            {
                return fault;
            }

            var decoded = buffer.AsSpan(0, length);
            if (HidesSeparator(decoded))
            {
                return RequestFault.TargetSeparator;
            }

            // Also rejects overlong forms such as %C0%AF, which some decoders read as a slash.
            if (!Utf8.IsValid(decoded))
            {
                return RequestFault.TargetEncoding;
            }

            fault = RemoveDotSegments(decoded, allowed, out length, out hasDots, ref traits);
            if (fault != RequestFault.None)
            {
                return fault;
            }

            var text = Encoding.UTF8.GetString(decoded[..length]);
            if (traits.HasFlag(PathTraits.EncodedSlash))
            {
                text = text.Replace(
                    ((char)UpperSlash).ToString(), "%2F",
                    StringComparison.Ordinal).Replace(((char)LowerSlash).ToString(), "%2f", StringComparison.Ordinal);
            }

            // Routing and policy use `path`. If it differs from this decoding, the destination could read another path than the one decided
            // on.
            return text.Equals(path, StringComparison.Ordinal) ? RequestFault.None : RequestFault.TargetDifferent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Decodes every escape once. Encoded slashes that a route allows become placeholders, so that they are not taken for separators; NUL,
    /// backslashes and control characters are rejected.
    /// </summary>
    private static RequestFault Decode(
        ReadOnlySpan<char> rawPath, Span<byte> decoded, PathTraits allowed, out int length, ref PathTraits traits)
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

            if (octet == (byte)'/' && allowed.HasFlag(PathTraits.EncodedSlash))
            {
                traits |= PathTraits.EncodedSlash;
                i += 2;
                decoded[length++] = rawPath[i] == 'F' ? UpperSlash : LowerSlash;
                continue;
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
    /// True when a separator or dot is encoded twice: a destination that decodes twice would read another path. The search is in the
    /// decoded path, because the digits of the second encoding may be encoded too (<c>%25%32%65</c>).
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

    /// <summary>Reads the two hexadecimal digits after the first character.</summary>
    private static bool TryReadOctet(ReadOnlySpan<char> escape, out byte octet)
    {
        octet = 0;
        return escape.Length >= 3 && byte.TryParse(escape[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet);
    }

    /// <summary>
    /// Removes dot segments in place (RFC 3986 section 5.2.4). Some destinations read <c>/admin;x/</c> as <c>/admin/</c> and <c>/..;x/</c>
    /// as the parent. Therefore parameters are allowed only if a route allows them, and dots beside a parameter or an encoded slash never.
    /// </summary>
    private static RequestFault RemoveDotSegments(
        Span<byte> path, PathTraits allowed, out int length, out bool hasDots, ref PathTraits traits)
    {
        length = 0;
        hasDots = false;
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
                if (!allowed.HasFlag(PathTraits.Parameter))
                {
                    return RequestFault.TargetParameters;
                }

                traits |= PathTraits.Parameter;
            }

            if (HidesDots(segment))
            {
                return RequestFault.TargetDots;
            }

            if (IsDots(segment))
            {
                hasDots = true;
                if (segment.Length == 2)
                {
                    if (length == 0)
                    {
                        // Above the root: servers disagree on the result.
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

    private static bool IsDots(ReadOnlySpan<byte> segment) => segment.SequenceEqual(".."u8) || segment.SequenceEqual("."u8);

    /// <summary>True when a part of the segment is a dot segment for a destination that splits at encoded slashes or parameters.</summary>
    private static bool HidesDots(ReadOnlySpan<byte> segment)
    {
        if (!segment.ContainsAny(HiddenSeparators))
        {
            return false;
        }

        foreach (var piece in segment.SplitAny(HiddenSeparators))
        {
            if (IsDots(segment[piece]))
            {
                return true;
            }
        }

        return false;
    }
}
