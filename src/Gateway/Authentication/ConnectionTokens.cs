using System.Collections.Immutable;
using Gateway.Foundation;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.Authentication;

/// <summary>
/// Token sources for clients that cannot set a header: WebSockets and event streams of browsers. They are read only on such requests, and
/// always removed before forwarding, because servers log URLs and handshakes.
/// </summary>
/// <param name="protocols">Subprotocols that precede the token in the list of offered subprotocols.</param>
/// <param name="parameters">Names of query parameters.</param>
internal sealed class ConnectionTokens(ImmutableArray<string> protocols, ImmutableArray<string> parameters)
{
    public bool IsEmpty => protocols.IsEmpty && parameters.IsEmpty;

    /// <summary>Read on WebSocket upgrades alone.</summary>
    public ImmutableArray<string> Protocols => protocols;

    /// <summary>Read on WebSocket upgrades and event streams alone.</summary>
    public ImmutableArray<string> Parameters => parameters;

    /// <summary>Every token of the request; an empty one for a place without.</summary>
    public IEnumerable<ReadOnlyMemory<char>> Find(IHeaderDictionary headers, string? query, bool isWebSocket)
    {
        var offered = isWebSocket && !protocols.IsEmpty ? Offered(headers) : [];
        for (var i = 0; i < offered.Length; i++)
        {
            if (protocols.Contains(offered[i]))
            {
                yield return i + 1 < offered.Length ? offered[++i].AsMemory() : default;
            }
        }

        foreach (var parameter in parameters)
        {
            foreach (var value in QueryPairs.ValuesOf(query ?? "", parameter))
            {
                yield return value;
            }
        }
    }

    /// <summary>Removes the tokens from the client's request.</summary>
    /// <returns>
    /// The subprotocol that preceded a token, or null. The response must name a protocol that the browser offered, else it closes the
    /// connection.
    /// </returns>
    public string? Remove(HttpRequest request, bool isWebSocket)
    {
        if (!parameters.IsEmpty && request.QueryString.Value is { } query)
        {
            var kept = QueryPairs.Without(query, parameters);
            if (!ReferenceEquals(kept, query))
            {
                request.QueryString = new QueryString(kept);
            }
        }

        return isWebSocket && !protocols.IsEmpty ? RemoveProtocols(request.Headers) : null;
    }

    private string? RemoveProtocols(IHeaderDictionary headers)
    {
        var offered = Offered(headers);
        string? marker = null;
        var kept = new List<string>();
        for (var i = 0; i < offered.Length; i++)
        {
            if (protocols.Contains(offered[i]))
            {
                marker = offered[i];
                // A marker of another token source is not the token: its own token follows it.
                if (i + 1 < offered.Length && !protocols.Contains(offered[i + 1]))
                {
                    i++;
                }
            }
            else
            {
                kept.Add(offered[i]);
            }
        }

        if (marker is not null)
        {
            headers[HeaderNames.SecWebSocketProtocol] = kept.Count == 0 ? StringValues.Empty : new StringValues(string.Join(", ", kept));
        }

        return marker;
    }

    private static string[] Offered(IHeaderDictionary headers) =>
        [.. headers.SecWebSocketProtocol.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries))];
}
