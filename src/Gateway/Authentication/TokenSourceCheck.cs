using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Authentication;

/// <summary>Checks <c>Gateway:TokenSources</c> and builds the readers.</summary>
internal sealed class TokenSourceCheck(ConfigurationReport report)
{
    public static readonly TokenSourceOptions Default = new() { Header = "Authorization", Scheme = "Bearer" };

    private const string Section = "Gateway:TokenSources";
    private const string Duplicate = "an earlier source reads the same place, so this one has no effect.";
    private const string RemoveOne = "Remove one of the two.";

    private readonly TokenPlaces _unnamed = new();
    private readonly Dictionary<string, TokenPlaces> _named = new(StringComparer.OrdinalIgnoreCase);

    private IEnumerable<TokenPlaces> All => _named.Values.Prepend(_unnamed);

    public static TokenSources Build(List<TokenSourceOptions>? options, ConfigurationReport report) =>
        new TokenSourceCheck(report).Run(options ?? [Default]);

    private TokenSources Run(List<TokenSourceOptions> sources)
    {
        if (sources.Count == 0)
        {
            report.Error(
                Section, "the list is empty, so no request could carry a token.",
                "Leave TokenSources out to read the Authorization header.");
        }
        else if (sources.TrueForAll(source => source.Name is not null))
        {
            report.Error(
                Section, "each source has a Name, so policies without TokenSource, and /admin, could read no token.",
                "Add { \"Header\": \"Authorization\", \"Scheme\": \"Bearer\" }, or remove a Name.");
        }

        for (var i = 0; i < sources.Count; i++)
        {
            var (source, path) = (sources[i], $"{Section}:{i}");
            string?[] places = [source.Header, source.Cookie, source.WebSocketProtocol, source.Query];
            var own = PlacesOf(source.Name, path);
            if (places.Count(place => place is not null) != 1)
            {
                report.Error(
                    path, "the source does not name exactly one place.",
                    "Set one of Header (with an optional Scheme), Cookie, WebSocketProtocol and Query.");
            }
            else if (source.Header is not null)
            {
                AddHeader(source, path, own);
            }
            else
            {
                AddName(source, source.Cookie, "cookie", path, own, from => from.Cookies, StringComparer.Ordinal);
                AddName(source, source.WebSocketProtocol, "subprotocol", path, own, from => from.Protocols, StringComparer.Ordinal);
                AddName(source, source.Query, "query parameter", path, own, from => from.Parameters, StringComparer.OrdinalIgnoreCase);
            }
        }

        var unnamed = _unnamed.ToReader();
        var named = _named.ToFrozenDictionary(source => source.Key, source => source.Value.ToReader(), StringComparer.OrdinalIgnoreCase);
        return new TokenSources(
            unnamed, named, new ClientCredentials([unnamed, .. named.Values]),
            [.. All.SelectMany(places => places.Headers.Keys).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    private TokenPlaces PlacesOf(string? name, string path)
    {
        if (name is null)
        {
            return _unnamed;
        }

        if (!HeaderSyntax.IsToken(name))
        {
            report.Error($"{path}:Name", "this is not a valid name for a token source.", "Use letters, digits and hyphens.");
        }

        var places = new TokenPlaces();
        if (!_named.TryAdd(name, places))
        {
            report.Error($"{path}:Name", "an earlier source has this name.", "Choose another name; a source with a name is one place.");
        }

        return places;
    }

    private void AddName(
        TokenSourceOptions source, string? name, string kind, string path, TokenPlaces own, Func<TokenPlaces, List<string>> namesOf,
        StringComparer comparer)
    {
        if (name is null)
        {
            return;
        }

        // The last four have a meaning in a query.
        if (!HeaderSyntax.IsToken(name) || name.AsSpan().ContainsAny("&%+#") || source.Scheme is not null)
        {
            report.Error(
                path, $"a {kind} source needs a name without spaces or separators, and no Scheme.", "Correct the name and remove Scheme.");
        }

        if (All.Any(places => namesOf(places).Contains(name, comparer)))
        {
            report.Error(path, Duplicate, RemoveOne);
        }

        namesOf(own).Add(name);
    }

    private void AddHeader(TokenSourceOptions source, string path, TokenPlaces own)
    {
        var name = source.Header;
        if (!HeaderSyntax.IsToken(name) || (source.Scheme is not null && !HeaderSyntax.IsToken(source.Scheme)))
        {
            report.Error(path, "the header name or the scheme is invalid.", "Use letters, digits and hyphens.");
            return;
        }

        if (ReservedHeaders.Contains(name, forToken: true))
        {
            report.Error(path, "HTTP or proxies use this header for another purpose.", "Use Authorization or another header.");
            return;
        }

        var headers = All.SelectMany(places => places.Headers.Keys);
        var alias = headers.FirstOrDefault(other =>
            HeaderAlias.IsSame(other, name) && !other.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (alias is not null)
        {
            report.Error(
                path, $"some destinations cannot tell this header from {alias}, so the gateway removes it before it reads tokens.",
                "Choose names that differ in more than separators.");
            return;
        }

        if (All.Any(places => places != own && places.Headers.ContainsKey(name)))
        {
            // A request has the header once, and it would have to be clear for which source.
            report.Error(path, "another token source reads this header.", "Choose another header for one of the two, or remove its Name.");
            return;
        }

        var schemes = own.Headers.TryGetValue(name, out var known) ? known : own.Headers[name] = [];
        if (known is not null
            && (source.Scheme is null || known.Count == 0 || known.Contains(source.Scheme, StringComparer.OrdinalIgnoreCase)))
        {
            report.Error(path, Duplicate, RemoveOne);
        }

        if (source.Scheme is not null)
        {
            schemes.Add(source.Scheme);
        }
    }
}
