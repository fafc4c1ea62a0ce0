using System.Buffers;
using System.Text;

namespace Gateway.Tokens;

/// <summary>
/// The URL of a request as RFC 9449 section 4.3 compares it: without query and fragment, normalized by syntax and scheme (RFC 3986 sections
/// 6.2.2 and 6.2.3). Two URLs that differ in anything else are two.
/// </summary>
internal static class TargetUrl
{
    private const string SchemeEnd = "://";

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    // RFC 3986 section 3.3, without the percent sign.
    private static readonly SearchValues<char> InPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/");

    // RFC 3986 sections 3.2.2 and 3.2.3; no user information, which has no place in the URL of a request.
    private static readonly SearchValues<char> InAuthority =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:[]");

    /// <summary>Null for what is no absolute http or https URL.</summary>
    public static string? Normalize(string url)
    {
        var scheme = url.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (scheme < 0)
        {
            return null;
        }

        var rest = url.AsSpan(scheme + SchemeEnd.Length);
        rest = rest.IndexOfAny('?', '#') is >= 0 and var end ? rest[..end] : rest;
        var path = rest.IndexOf('/') is >= 0 and var start ? start : rest.Length;
        return Normalize(url.AsSpan(0, scheme), rest[..path], rest[path..]);
    }

    /// <param name="authority">Host and, if need be, port.</param>
    /// <param name="path">As it was sent, without the query; empty for the root.</param>
    public static string? Normalize(ReadOnlySpan<char> scheme, ReadOnlySpan<char> authority, ReadOnlySpan<char> path)
    {
        var isHttps = scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if ((!isHttps && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase)) || authority.ContainsAnyExcept(InAuthority))
        {
            return null;
        }

        // The colon before the port; an IPv6 address has more of them, within brackets.
        var colon = authority.LastIndexOf(':');
        var host = colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
        var port = authority.Length == host.Length ? [] : authority[(colon + 1)..];
        host = host.EndsWith('.') ? host[..^1] : host;
        if (host.IsEmpty)
        {
            return null;
        }

        var normalized = new StringBuilder(isHttps ? "https" : "http").Append(SchemeEnd).Append(host.ToString().ToLowerInvariant());
        if (!port.IsEmpty && !port.SequenceEqual(isHttps ? "443" : "80"))
        {
            normalized.Append(':').Append(port);
        }

        return TryAppendPath(path, normalized) ? normalized.ToString() : null;
    }

    private static bool TryAppendPath(ReadOnlySpan<char> path, StringBuilder normalized)
    {
        var decoded = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                if (!InPath.Contains(path[i]))
                {
                    return false;
                }

                decoded.Append(path[i]);
                continue;
            }

            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
            {
                return false;
            }

            var character = (char)Convert.FromHexString(path.Slice(i + 1, 2))[0];
            if (Unreserved.Contains(character))
            {
                decoded.Append(character);
            }
            else
            {
                decoded.Append('%').Append(char.ToUpperInvariant(path[i + 1])).Append(char.ToUpperInvariant(path[i + 2]));
            }

            i += 2;
        }

        AppendWithoutDots(decoded.Length == 0 ? "/" : decoded.ToString(), normalized);
        return true;
    }

    /// <summary>RFC 3986 section 5.2.4.</summary>
    private static void AppendWithoutDots(string path, StringBuilder normalized)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            normalized.Append(path);
            return;
        }

        var segments = path[1..].Split('/');
        var kept = new List<string>();
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }

            if (segments[i] == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (isLast)
            {
                kept.Add("");
            }
        }

        normalized.Append('/').AppendJoin('/', kept);
    }
}
