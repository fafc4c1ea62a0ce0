using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Authentication;

/// <summary>Checks <c>Gateway:TokenSources</c> and makes the reader.</summary>
internal static class TokenSourceCheck
{
    public static readonly TokenSourceOptions Default = new() { Header = "Authorization", Scheme = "Bearer" };

    private const string Section = "Gateway:TokenSources";
    private const string Duplicate = "an earlier source reads the same, so this one could never be reached.";

    /// <summary>The names of the headers a token may come in.</summary>
    public static ImmutableArray<string> Build(List<TokenSourceOptions>? options, ConfigurationReport report, out TokenReader reader)
    {
        var headers = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        var cookies = new List<string>();
        var sources = options ?? [Default];
        if (sources.Count == 0)
        {
            report.Error(Section, "without a source no request can carry a token.", "Leave it out for the Authorization header.");
        }

        for (var i = 0; i < sources.Count; i++)
        {
            Add(sources[i], $"{Section}:{i}", headers, cookies, report);
        }

        reader = new TokenReader(
            [.. headers.Select(header => new TokenHeader(header.Key, [.. header.Value]))], [.. cookies]);
        return [.. headers.Keys];
    }

    private static void Add(
        TokenSourceOptions source, string path, Dictionary<string, List<string>> headers, List<string> cookies, ConfigurationReport report)
    {
        if ((source.Header is null) == (source.Cookie is null))
        {
            report.Error(path, "a source is either a header or a cookie.", "Set Header (with an optional Scheme) or Cookie.");
            return;
        }

        if (source.Cookie is { } cookie)
        {
            if (!HeaderSyntax.IsToken(cookie) || source.Scheme is not null)
            {
                report.Error(path, "a cookie source has a name without spaces or separators, and no Scheme.", "Correct the name, drop Scheme.");
            }

            if (cookies.Contains(cookie))
            {
                report.Error(path, Duplicate, "Remove one of the two.");
            }

            cookies.Add(cookie);
            return;
        }

        if (!HeaderSyntax.IsToken(source.Header) || (source.Scheme is not null && !HeaderSyntax.IsToken(source.Scheme)))
        {
            report.Error(path, "header names and schemes have letters, digits and hyphens.", "Correct the name.");
            return;
        }

        if (ReservedHeaders.Contains(source.Header!, forToken: true))
        {
            report.Error(path, "this header has another meaning to HTTP or to proxies.", "Use Authorization or a header of your own.");
            return;
        }

        if (headers.Keys.FirstOrDefault(other => HeaderAlias.IsSame(other, source.Header) && !other.Equals(source.Header, StringComparison.OrdinalIgnoreCase)) is { } alias)
        {
            report.Error(path, $"some readers cannot tell this header from {alias}, so it is removed before it is read.", "Choose names that differ in more than separators.");
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
