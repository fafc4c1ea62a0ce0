using System.Net;

namespace Gateway.ExternalAuthorization;

/// <summary>A client's request as another proxy describes it. Nothing of it has been checked.</summary>
/// <param name="Target">Path and query as the client sent them.</param>
/// <param name="Headers">The client's headers with <c>Host</c>; what describes the request itself, or the way to the gateway, is not among
/// them.</param>
/// <param name="Client">The sender of the request that the proxy received.</param>
/// <param name="CanRemoveHeaders">
/// Whether the proxy can be told to remove any header. Otherwise a header that must not reach the destination rejects the request, except
/// those names that the response always has.
/// </param>
internal sealed record DescribedRequest(
    string Method, string Scheme, string Target, IHeaderDictionary Headers, IPAddress? Client, bool CanRemoveHeaders)
{
    // What the hop before tells about itself. The proxy overwrites or trusts these by its own settings.
    private static readonly string[] OfProxy =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix",
        "X-Forwarded-Scheme", "X-Forwarded-Server",
        "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Scheme", "X-SSL-Client-Cert",
    ];

    // Envoy removes every other header when it is told to, so the list is shorter.
    private static readonly string[] OfEnvoy = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Client-Cert"];

    /// <summary>Path and query of the target.</summary>
    public (string Path, string Query) Split()
    {
        var query = Target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (Target, "") : (Target[..query], Target[query..]);
    }

    /// <summary>Whether the proxy itself decides what the destination receives in this header.</summary>
    public bool LeavesToProxy(string name) => (CanRemoveHeaders ? OfEnvoy : OfProxy).Contains(name, StringComparer.OrdinalIgnoreCase);
}
