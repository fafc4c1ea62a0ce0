using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Runtime;

namespace Gateway.Pipeline.Authentication;

/// <summary>
/// Reads and verifies the tokens of a request whose policy reads token sources with a name. Each is verified as a single one is.
/// </summary>
internal static class SourceAuthentication
{
    /// <summary>
    /// The tokens of all sources. Every one is read, also after a rejection, because an <c>AnyOf</c> policy may need only another one.
    /// </summary>
    public static async Task<RequestTokens> FindAsync(HttpContext context, GatewayRequest request, ImmutableArray<ReadSource> sources)
    {
        var found = ImmutableArray.CreateBuilder<FoundToken>(sources.Length);
        foreach (var source in sources)
        {
            found.Add(await FindAsync(context, request, source));
        }

        return new RequestTokens(found.MoveToImmutable());
    }

    /// <summary>
    /// The token of one source. Query parameters and subprotocols are read only on WebSockets and event streams, whose browser APIs cannot
    /// set headers; elsewhere a token in a URL would end in logs.
    /// </summary>
    public static bool TryRead(HttpContext context, TokenReader reader, out ReadOnlyMemory<char> text, out RejectionReason reason) =>
        !reader.Connections.IsEmpty && StreamRequest.Is(context)
            ? reader.TryRead(context.Request, StreamRequest.IsWebSocket(context), out text, out reason)
            : reader.TryRead(context.Request.Headers, out text, out reason);

    private static async ValueTask<FoundToken> FindAsync(HttpContext context, GatewayRequest request, ReadSource source)
    {
        if (!TryRead(context, source.Reader, out var text, out var reason))
        {
            return new FoundToken(source, null, new TokenRejection(reason, null));
        }

        var route = request.Route!;
        var evidence = RequestEvidence.Of(context, request, route.Snapshot.Settings, source.Reader);
        var outcome = await route.Snapshot.Authenticator.AuthenticateAsync(text, route.Policy, evidence, context.RequestAborted);
        return new FoundToken(source, outcome.Token, outcome.Rejection);
    }
}
