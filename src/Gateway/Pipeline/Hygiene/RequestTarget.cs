using System.Buffers;
using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;

namespace Gateway.Pipeline.Hygiene;

/// <summary>A valid target.</summary>
/// <param name="Sent">The path to forward; none if it had dot segments, which the server has removed.</param>
/// <param name="Traits">The parts of the path that destinations read differently; the route decides on them.</param>
/// <param name="Merged">The decoded path if repeated slashes were merged; else null.</param>
internal readonly record struct TargetReading(SentPath Sent, PathTraits Traits, string? Merged);

/// <summary>
/// Ensures that routing and policy use the path that the destination receives. Kestrel decodes the target, YARP encodes the decoded path
/// again, and Kestrel parses each form of target differently. Therefore targets that parsers can read differently are rejected here, and
/// all others are decoded a second time and compared.
/// </summary>
internal static class RequestTarget
{
    // Characters that cannot be part of a dot segment or an escape: no '.', '%', ';' or '\'.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,=:@/");

    // Visible ASCII without the characters that RFC 3986 excludes from URLs and that some parsers treat as delimiters.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(c => c is not ('#' or '\\' or '"' or '<' or '>'))]);

    // In characters, like the limit of the request line.
    private const int MaxLength = 8 * 1024;

    // In a query those characters are not delimiters.
    private static readonly SearchValues<char> AllowedInQuery =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(c => c is not '#')]);

    /// <param name="raw">The target as the client sent it.</param>
    /// <param name="path">The path as Kestrel decoded it, in which encoded slashes stay encoded.</param>
    /// <param name="isHttp1">True when a whole URL is allowed too (RFC 9112 section 3.2.2).</param>
    public static RequestFault Read(string raw, string path, bool isHttp1, PathRules rules, out TargetReading reading)
    {
        reading = default;
        if (raw.Length > MaxLength || (raw.AsSpan().ContainsAnyExcept(Allowed) && !IsAllowed(raw)))
        {
            return RequestFault.TargetCharacter;
        }

        if (!TryFindPath(raw, isHttp1, out var sent))
        {
            return RequestFault.TargetForm;
        }

        string? merged = null;
        if (sent.Span.IndexOf("//") >= 0)
        {
            if (!rules.MergesSlashes)
            {
                return RequestFault.TargetSlashes;
            }

            var text = Merge(sent.Span.ToString());
            sent = new SentPath(text, 0, text.Length);
            path = merged = Merge(path);
        }

        // The common case: nothing is encoded, nothing can be normalized.
        if (!sent.Span.ContainsAnyExcept(Plain))
        {
            reading = new TargetReading(sent, PathTraits.None, merged);
            return sent.Span.SequenceEqual(path) ? RequestFault.None : RequestFault.TargetDifferent;
        }

        var fault = DecodedPath.Check(sent.Span, path, rules.AllowedSomewhere, out var traits, out var hasDots);
        if (fault == RequestFault.None && hasDots && (traits != PathTraits.None || merged is not null))
        {
            // The effect of a dot segment depends on the boundaries of segments, on which destinations disagree.
            return RequestFault.TargetDots;
        }

        reading = new TargetReading(hasDots ? default : sent, traits, merged);
        return fault;
    }

    /// <summary>Replaces repeated slashes by one.</summary>
    public static string Merge(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path;
    }

    /// <summary>The slower check for a query with characters that are not allowed in a path.</summary>
    private static bool IsAllowed(ReadOnlySpan<char> raw) =>
        raw.IndexOf('?') is >= 0 and var query
            && !raw[..query].ContainsAnyExcept(Allowed)
            && !raw[query..].ContainsAnyExcept(AllowedInQuery);

    /// <summary>
    /// The path of an origin-form or absolute-form target (RFC 9112 sections 3.2.1 and 3.2.2). False for every other form, such as <c>*</c>
    /// and an authority alone.
    /// </summary>
    private static bool TryFindPath(string raw, bool isHttp1, out SentPath path)
    {
        path = default;
        var start = 0;
        if (!raw.StartsWith('/'))
        {
            var scheme = raw.IndexOf("://", StringComparison.Ordinal);
            if (!isHttp1 || scheme < 0
                || !(raw.AsSpan(0, scheme).Equals("http", StringComparison.OrdinalIgnoreCase)
                    || raw.AsSpan(0, scheme).Equals("https", StringComparison.OrdinalIgnoreCase)))
            {
                return false;
            }

            start = scheme + "://".Length;
            var authorityLength = raw.AsSpan(start).IndexOfAny('/', '?');
            if (authorityLength < 0 || raw[start + authorityLength] == '?')
            {
                path = new SentPath("/", 0, 1);
                return true;
            }

            start += authorityLength;
        }

        var length = raw.AsSpan(start).IndexOf('?');
        path = new SentPath(raw, start, length < 0 ? raw.Length - start : length);
        return true;
    }
}
