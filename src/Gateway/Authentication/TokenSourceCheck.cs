using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Authentication;

/// <summary>Checks <c>Gateway:TokenSources</c> and builds the reader.</summary>
internal static class TokenSourceCheck
{
    public static readonly TokenSourceOptions Default = new() { Header = "Authorization", Scheme = "Bearer" };

    private const string Section = "Gateway:TokenSources";
    private const string Duplicate = "an earlier source reads the same place, so this one has no effect.";

    /// <summary>The names of the headers a token may come in.</summary>
    public static ImmutableArray<string> Build(List<TokenSourceOptions>? options, ConfigurationReport report, out TokenReader reader)
    {
        var headers = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        var (cookies, protocols, parameters) = (new List<string>(), new List<string>(), new List<string>());
        var sources = options ?? [Default];
        if (sources.Count == 0)
        {
            report.Error(Section, "the list is empty, so no request could carry a token.", "Leave TokenSources out to read the Authorization header.");
        }

        for (var i = 0; i < sources.Count; i++)
        {
            var (source, path) = (sources[i], $"{Section}:{i}");
            string?[] places = [source.Header, source.Cookie, source.WebSocketProtocol, source.Query];
            if (places.Count(place => place is not null) != 1)
            {
                report.Error(path, "the source does not name exactly one place.", "Set one of Header (with an optional Scheme), Cookie, WebSocketProtocol and Query.");
            }
            else if (source.Header is not null)
            {
                AddHeader(source, path, headers, report);
            }
            else
            {
                AddName(source, source.Cookie, "cookie", path, cookies, StringComparer.Ordinal, report);
                AddName(source, source.WebSocketProtocol, "subprotocol", path, protocols, StringComparer.Ordinal, report);
                AddName(source, source.Query, "query parameter", path, parameters, StringComparer.OrdinalIgnoreCase, report);
            }
        }

        reader = new TokenReader(
            [.. headers.Select(header => new TokenHeader(header.Key, [.. header.Value]))], [.. cookies], new ConnectionTokens([.. protocols], [.. parameters]));
        return [.. headers.Keys];
    }

    private static void AddName(
        TokenSourceOptions source, string? name, string kind, string path, List<string> names, StringComparer comparer, ConfigurationReport report)
    {
        if (name is null)
        {
            return;
        }

        // The last four have a meaning in a query.
        if (!HeaderSyntax.IsToken(name) || name.AsSpan().ContainsAny("&%+#") || source.Scheme is not null)
        {
            report.Error(path, $"a {kind} source needs a name without spaces or separators, and no Scheme.", "Correct the name and remove Scheme.");
        }

        if (names.Contains(name, comparer))
        {
            report.Error(path, Duplicate, "Remove one of the two.");
        }

        names.Add(name);
    }

    private static void AddHeader(TokenSourceOptions source, string path, Dictionary<string, List<string>> headers, ConfigurationReport report)
    {
        if (!HeaderSyntax.IsToken(source.Header) || (source.Scheme is not null && !HeaderSyntax.IsToken(source.Scheme)))
        {
            report.Error(path, "the header name or the scheme is invalid.", "Use letters, digits and hyphens.");
            return;
        }

        if (ReservedHeaders.Contains(source.Header!, forToken: true))
        {
            report.Error(path, "HTTP or proxies use this header for another purpose.", "Use Authorization or another header.");
            return;
        }

        if (headers.Keys.FirstOrDefault(other => HeaderAlias.IsSame(other, source.Header) && !other.Equals(source.Header, StringComparison.OrdinalIgnoreCase)) is { } alias)
        {
            report.Error(path, $"some destinations cannot tell this header from {alias}, so the gateway removes it before it reads tokens.", "Choose names that differ in more than separators.");
            return;
        }

        var schemes = headers.TryGetValue(source.Header!, out var known) ? known : headers[source.Header!] = [];
        if (known is not null && (source.Scheme is null || known.Count == 0 || known.Contains(source.Scheme, StringComparer.OrdinalIgnoreCase)))
        {
            report.Error(path, Duplicate, "Remove one of the two.");
        }

        if (source.Scheme is not null)
        {
            schemes.Add(source.Scheme);
        }
    }
}
