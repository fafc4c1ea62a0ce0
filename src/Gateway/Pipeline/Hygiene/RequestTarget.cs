using System.Buffers;
using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;

namespace Gateway.Pipeline.Hygiene;

/// <summary>A target that passes.</summary>
/// <param name="Sent">The path to forward; none where it had dot segments, which the server has removed.</param>
/// <param name="Traits">What of it destinations read differently: for the route to decide.</param>
/// <param name="Merged">The decoded path, where repeated slashes were merged.</param>
internal readonly record struct TargetReading(SentPath Sent, PathTraits Traits, string? Merged);

/// <summary>
/// The path that routing and policy see must be the path that the destination receives. The server decodes the target once, YARP
/// encodes the decoded path again, and each form of target takes another way through the server; so everything two readers could
/// take for different paths is rejected here, and what is left is decoded a second time, by us, and compared.
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

    // In a query they delimit nothing.
    private static readonly SearchValues<char> AllowedInQuery =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(c => c is not '#')]);

    /// <param name="raw">The target as the client sent it.</param>
    /// <param name="path">The decoded path that the server made of it, in which encoded slashes stay encoded.</param>
    /// <param name="isHttp1">Whether a whole URL is allowed too (RFC 9112 section 3.2.2).</param>
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
            // What a dot segment removes depends on what counts as a segment.
            return RequestFault.TargetDots;
        }

        reading = new TargetReading(hasDots ? default : sent, traits, merged);
        return fault;
    }

    /// <summary>Makes one slash of several in a row.</summary>
    public static string Merge(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path;
    }

    private static bool IsAllowed(ReadOnlySpan<char> raw) =>
        raw.IndexOf('?') is >= 0 and var query && !raw[..query].ContainsAnyExcept(Allowed) && !raw[query..].ContainsAnyExcept(AllowedInQuery);

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
