using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Gateway.RouteFeatures.Cors;

/// <summary>
/// The origins of a CORS policy: each exactly as browsers write it, or all subdomains of a domain. Origins are compared as text (RFC 6454
/// section 5), so what is not written as browsers write it would never match.
/// </summary>
internal sealed partial class AllowedOrigins
{
    /// <summary>
    /// What browsers write for a sandboxed frame, a redirect between sites or a <c>data:</c> document; every site can make one.
    /// </summary>
    public const string Null = "null";

    private const string AnySubdomain = "*.";
    private const string SchemeEnd = "://";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly FrozenSet<string> _exact;
    private readonly ImmutableArray<(string Scheme, string Domain)> _domains;

    public AllowedOrigins(IEnumerable<string> origins)
    {
        var all = origins.ToArray();
        _exact = all.Where(origin => !IsWildcard(origin)).ToFrozenSet(StringComparer.Ordinal);
        _domains = [
            .. all.Where(IsWildcard).Select(origin =>
                (origin[..origin.IndexOf('*', StringComparison.Ordinal)], origin[(origin.IndexOf('*', StringComparison.Ordinal) + 1)..]))];
    }

    public bool Contains(string origin)
    {
        if (_exact.Contains(origin))
        {
            return true;
        }

        foreach (var (scheme, domain) in _domains)
        {
            if (origin.Length > scheme.Length + domain.Length
                && origin.StartsWith(scheme, StringComparison.Ordinal)
                && origin.EndsWith(domain, StringComparison.Ordinal)
                && IsName(origin.AsSpan(scheme.Length, origin.Length - scheme.Length - domain.Length)))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsWildcard(string origin) => origin.Contains($"{SchemeEnd}{AnySubdomain}", StringComparison.Ordinal);

    /// <summary>True when a policy may list it.</summary>
    public static bool IsValid(string text)
    {
        if (text == Null || IsWebOrigin(text))
        {
            return true;
        }

        if (!IsWildcard(text))
        {
            return AppOrigin().IsMatch(text) && !IsWeb(text);
        }

        // A domain of one label would be a whole top level.
        var domain = text.Remove(text.IndexOf(AnySubdomain, StringComparison.Ordinal), AnySubdomain.Length);
        return !domain.Contains('*', StringComparison.Ordinal)
            && IsWebOrigin(domain)
            && new Uri(domain) is { HostNameType: UriHostNameType.Dns, Host: var host }
            && (host == "localhost" || host.Contains('.', StringComparison.Ordinal));
    }

    private static bool IsWebOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && IsWeb(text)
        && (uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)
        && text == $"{uri.Scheme}://{(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost)}" +
            (uri.IsDefaultPort ? "" : $":{uri.Port}");

    private static bool IsWeb(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static bool IsName(ReadOnlySpan<char> labels) =>
        !labels.ContainsAnyExcept(NameCharacters) && labels[0] != '.' && labels[^1] != '.' && labels.IndexOf("..") < 0;

    // capacitor://localhost, tauri://localhost, chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb
    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*://[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:[1-9][0-9]{0,4})?\z")]
    private static partial Regex AppOrigin();
}
