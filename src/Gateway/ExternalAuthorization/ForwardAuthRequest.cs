using System.Net;
using Gateway.Foundation;
using Microsoft.Net.Http.Headers;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// Reads the description of a request from the headers of a forward-auth request. Two forms are known, and each takes every part from its
/// own headers: a client can send those of the other form through a proxy that does not overwrite them.
/// </summary>
internal static class ForwardAuthRequest
{
    private const string ForwardedMethod = "X-Forwarded-Method";
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const string ForwardedHost = "X-Forwarded-Host";
    private const string ForwardedUri = "X-Forwarded-Uri";
    private const string OriginalMethod = "X-Original-Method";
    private const string OriginalUrl = "X-Original-URL";
    private const string OriginalUri = "X-Original-URI";
    private const string Forms =
        "Send X-Forwarded-Method, -Proto, -Host and -Uri (Traefik, Caddy), or X-Original-Method and X-Original-URL (nginx), each once, " +
            "and none of the other form.";

    // They frame the request to the gateway, or describe the client's.
    private static readonly string[] NotOfClient =
    [
        HeaderNames.Host, HeaderNames.Connection, HeaderNames.KeepAlive, "Proxy-Connection", HeaderNames.TE, HeaderNames.Trailer,
        HeaderNames.TransferEncoding,
        HeaderNames.ContentLength, ForwardedMethod, ForwardedProto, ForwardedHost, ForwardedUri, OriginalMethod, OriginalUrl, OriginalUri,
    ];

    /// <summary>False with what the proxy must send instead.</summary>
    public static bool TryRead(HttpContext context, out DescribedRequest described, out string fault)
    {
        var headers = context.Request.Headers;
        described = null!;
        fault = $"Exactly one header must name the request's target. {Forms}";
        // Two targets would leave open which one the proxy has set, and a client could choose the path that is decided on.
        var targets = new[] { ForwardedUri, OriginalUrl, OriginalUri }.Where(headers.ContainsKey).ToArray();
        if (targets is not [var form])
        {
            return false;
        }

        var isForwarded = form == ForwardedUri;
        string? scheme = null, host = null, target = null;
        var method = Single(headers, isForwarded ? ForwardedMethod : OriginalMethod);
        var isComplete = form switch
        {
            ForwardedUri => (scheme = Single(headers, ForwardedProto)) is not null && (host = Single(headers, ForwardedHost)) is not null
                && (target = Single(headers, ForwardedUri)) is not null,
            OriginalUrl => TrySplit(Single(headers, OriginalUrl), out scheme, out host, out target),
            // The host of this form is the one of the forward-auth request itself.
            _ => (scheme = Single(headers, ForwardedProto) ?? "http") is not null && (host = Single(headers, HeaderNames.Host)) is not null
                && (target = Single(headers, OriginalUri)) is not null,
        };
        if (!isComplete || method is null || !HeaderSyntax.IsToken(method)
            || headers.ContainsKey(isForwarded ? OriginalMethod : ForwardedMethod)
            || !(scheme!.Equals("http", StringComparison.OrdinalIgnoreCase) || scheme.Equals("https", StringComparison.OrdinalIgnoreCase)))
        {
            fault = $"{form} is there, and another part of the same form is missing, or repeated, or not what it must be. {Forms}";
            return false;
        }

        var client = new HeaderDictionary();
        foreach (var (name, values) in headers)
        {
            // The names of both forms are left out, so that the stages never see a description as a header of the client.
            if (!name.StartsWith(':') && !NotOfClient.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                client[name] = values;
            }
        }

        client[HeaderNames.Host] = host;
        described = new DescribedRequest(
            method, scheme.ToLowerInvariant(), target!, client, TakeClient(client) ?? context.Connection.RemoteIpAddress,
            CanRemoveHeaders: false);
        return true;
    }

    /// <summary>
    /// The value of a header that occurs once. A comma in a scheme, host or method means that a client sent the header too and the proxy
    /// has appended its own.
    /// </summary>
    private static string? Single(IHeaderDictionary headers, string name) =>
        headers[name] is [{ Length: > 0 } value]
            && !(value.Contains(',', StringComparison.Ordinal)
                && name is ForwardedProto or ForwardedHost or ForwardedMethod or OriginalMethod)
            ? value
            : null;

    /// <summary>By hand, because <see cref="Uri"/> changes what it reads.</summary>
    private static bool TrySplit(string? url, out string? scheme, out string? host, out string? target)
    {
        (scheme, host, target) = (null, null, null);
        var authority = url?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (authority <= 0)
        {
            return false;
        }

        var start = authority + "://".Length;
        var length = url.AsSpan(start).IndexOfAny('/', '?', '#');
        var end = length < 0 ? url!.Length : start + length;
        (scheme, host) = (url![..authority], url[start..end]);
        target = end < url.Length && url[end] == '/' ? url[end..] : $"/{url[end..]}";
        return host.Length > 0;
    }

    /// <summary>
    /// The last address in <c>X-Forwarded-For</c>, which is the proxy's word; those before it are judged as on the public listener.
    /// </summary>
    private static IPAddress? TakeClient(HeaderDictionary headers)
    {
        var chain = headers["X-Forwarded-For"].ToString();
        var comma = chain.LastIndexOf(',');
        if (!IPEndPoint.TryParse(chain[(comma + 1)..].Trim(), out var last))
        {
            return null;
        }

        headers["X-Forwarded-For"] = comma < 0 ? default : chain[..comma];
        return last.Address;
    }
}
