using System.Collections.Immutable;

namespace Gateway.Foundation;

/// <summary>The headers by which proxies pass on the client, the target and the method.</summary>
internal static class ProxyHeaders
{
    public const string ForwardedPrefix = "X-Forwarded-";

    public static readonly ImmutableArray<string> Names =
    [
        "Forwarded", "X-Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Host", "X-Scheme",
        "X-Original-URL", "X-Original-URI", "X-Original-Host", "X-Original-For", "X-Original-Proto", "X-Original-Prefix",
        "X-Original-Method", "X-Rewrite-URL", "X-Envoy-Original-Path",
        "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", "X-SSL-Client-Cert", "Remote-User", "X-Remote-User",
        // CGI turns it into HTTP_PROXY, which many HTTP clients use as their proxy (httpoxy).
        "Proxy",
    ];

    /// <summary>True when proxies use the name, so that neither an identity nor a token may travel in it.</summary>
    public static bool Contains(string name) =>
        HeaderAlias.StartsWith(name, ForwardedPrefix) || Names.Any(header => HeaderAlias.IsSame(name, header));
}
