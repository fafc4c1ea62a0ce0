using Gateway.RouteFeatures.Paths;
using Gateway.Runtime;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Pipeline.Proxy;

/// <summary>
/// The address of a proxied request, with path and query as the client sent them. YARP encodes the decoded path again and <see cref="Uri"/>
/// rewrites both, which would break signatures over the raw target and encode an encoded slash twice.
/// </summary>
internal static class DestinationTarget
{
    private const string AnyOrigin = "http://any";
    private const string EncodedSlash = "%2F";
    private const string TwiceEncodedSlash = "%252F";

    // Safe, because hygiene has rejected targets with characters that are invalid in a request line.
    private static readonly UriCreationOptions AsItStands = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>For a route without transforms.</summary>
    public static Uri Of(HttpContext context, SentPath sent, string destination)
    {
        var origin = destination.EndsWith('/') ? destination.AsSpan(0, destination.Length - 1) : destination;
        var query = context.Request.QueryString.Value;
        return sent.IsKept
            ? new Uri(string.Concat(origin, sent.Span, query), AsItStands)
            : new Uri(string.Concat(origin, Encoded(context.Request.Path), query), AsItStands);
    }

    /// <summary>
    /// For a route with transforms, after they have run: parts of the path that they did not change are restored as sent; parts that they
    /// wrote keep YARP's encoding.
    /// </summary>
    public static void Restore(HttpContext context, GatewayRequest request, HttpRequestMessage proxied)
    {
        if (proxied.RequestUri is not { IsAbsoluteUri: true } address)
        {
            return;
        }

        var written = address.OriginalString;
        var authority = written.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        var start = written.IndexOf('/', authority);
        if (start < 0)
        {
            return;
        }

        var end = written.IndexOf('?', start) is >= 0 and var query ? query : written.Length;
        var sent = request.Path;
        var path = written.AsSpan(start, end - start);
        // Nothing to restore: dot segments were removed, or the transforms have kept the path as it was sent.
        if (!sent.IsKept || path.EndsWith(sent.Span))
        {
            proxied.RequestUri = new Uri(written, AsItStands);
            return;
        }

        var kept = KeptLength(path, Encoded(context.Request.Path));
        var head = path[..^kept].ToString();
        if (request.PathTraits.HasFlag(PathTraits.EncodedSlash))
        {
            // A transform has moved a route value with an encoded slash. Hygiene rejects double encoding, so there is no other source.
            head =
                head.Replace(TwiceEncodedSlash, EncodedSlash, StringComparison.Ordinal).Replace("%252f", "%2f", StringComparison.Ordinal);
        }

        var tail = TailOf(sent.Span, path[^kept..].Count('/'));
        proxied.RequestUri = new Uri(string.Concat(written.AsSpan(0, start), head, tail, written.AsSpan(end)), AsItStands);
    }

    /// <summary>The path in YARP's encoding.</summary>
    private static string Encoded(PathString path) =>
        RequestUtilities.MakeDestinationAddress(AnyOrigin, path, QueryString.Empty).OriginalString[AnyOrigin.Length..];

    /// <summary>The length of the common end, in whole segments.</summary>
    private static int KeptLength(ReadOnlySpan<char> path, ReadOnlySpan<char> own)
    {
        var common = 0;
        while (common < path.Length && common < own.Length && path[^(common + 1)] == own[^(common + 1)])
        {
            common++;
        }

        var slash = path[^common..].IndexOf('/');
        return slash < 0 ? 0 : common - slash;
    }

    /// <summary>The last segments of the sent path. An encoded slash does not separate segments.</summary>
    private static ReadOnlySpan<char> TailOf(ReadOnlySpan<char> sent, int segments)
    {
        var start = sent.Length;
        for (; segments > 0; segments--)
        {
            start = sent[..start].LastIndexOf('/');
        }

        return sent[start..];
    }
}
