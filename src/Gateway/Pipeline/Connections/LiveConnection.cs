using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Runtime;

namespace Gateway.Pipeline.Connections;

/// <summary>A token of a connection with which a new request would be rejected, and the reason.</summary>
internal readonly record struct LostToken(VerifiedToken Token, RejectionReason Reason);

/// <summary>
/// A response that may outlive its token. The checks that a new request with the token must pass are repeated until the response ends; if
/// one fails, the connection is ended. The rest of the policy was decided when the request began. Where it rests on several tokens, each
/// must pass.
/// </summary>
/// <param name="verified">The token that the identity comes from.</param>
internal sealed class LiveConnection(HttpContext context, ProtectedRoute route, VerifiedToken verified, Action<LiveConnection> over)
    : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // Guards the end: TryEnd runs once, and CutOff never aborts a context whose request is over.
    private readonly Lock _lock = new();
    private readonly RequestUser? _user = GatewayRequest.Find(context)?.User;
    private readonly TokenValidity[] _others = OthersOf(context, route, verified);
    // Changed by the sweep alone, which one thread at a time runs.
    private TokenValidity _validity = new(verified);
    private LiveStream? _stream;
    private long _endingSince;
    private volatile bool _isEnding;
    // Written before the stream ends and read by the reader of the stream afterwards.
    private LostToken _lost;
    private bool _isOver;

    public ProtectedRoute Route => route;

    public bool IsEnding => _isEnding;

    /// <summary>Wraps the destination's stream for the proxy.</summary>
    public LiveStream Wrap(Stream inner, bool isWebSocket, bool isGrpc) =>
        _stream = new LiveStream(inner, isWebSocket ? new WebSocketFrames() : null, () => Ended(isGrpc));

    /// <summary>Every token that the connection rests on.</summary>
    public IEnumerable<VerifiedToken> Tokens => _others.Select(other => other.Token).Prepend(verified);

    /// <summary>The first token whose check fails, with the reason; null when every token passes.</summary>
    public LostToken? Check(double now, RevocationList revocations)
    {
        var tolerance = TokenValidity.OfConnection(route.Policy);
        if (_validity.Check(now, revocations, tolerance).Rejection is { } reason)
        {
            return new LostToken(verified, reason);
        }

        foreach (ref var other in _others.AsSpan())
        {
            if (other.Check(now, revocations, tolerance).Rejection is { } why)
            {
                return new LostToken(other.Token, why);
            }
        }

        return null;
    }

    /// <summary>Tells that the keys of the tokens are in use: those of a template's issuer are kept only while they are.</summary>
    public void TouchKeys(TimeProvider time)
    {
        verified.Token.Issuer.Keys.Touch(time);
        foreach (ref var other in _others.AsSpan())
        {
            other.Issuer.Keys.Touch(time);
        }
    }

    /// <summary>Makes the user of the request anonymous for code that still runs for it.</summary>
    public void WithdrawUser(RejectionReason reason) => _user?.Withdraw(reason);

    /// <summary>Ends the connection in an orderly way. False when it is ending already.</summary>
    public bool TryEnd(in LostToken lost, TimeProvider time)
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return false;
            }

            _lost = lost;
            _endingSince = time.GetTimestamp();
            _isEnding = true;
        }

        _stream!.End();
        return true;
    }

    /// <summary>
    /// Aborts the connection if it has not ended within half a second, because the client does not read or the destination has not
    /// completed a frame.
    /// </summary>
    public void CutOff(TimeProvider time)
    {
        // The next request may use the same context, so the request must not end during the abort.
        lock (_lock)
        {
            if (!_isOver && time.GetElapsedTime(_endingSince) >= Patience)
            {
                context.Abort();
            }
        }
    }

    /// <summary>Called at the end of the request.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        over(this);
    }

    /// <summary>The other tokens that the policy has counted, each of which ends the connection too.</summary>
    private static TokenValidity[] OthersOf(HttpContext context, ProtectedRoute route, VerifiedToken verified) => route.Sources is null
        ? []
        :
        [
            .. RequestTokens.Of(context).Holding
                .Select(token => token.Token!)
                .Where(token => token != verified)
                .Select(token => new TokenValidity(token)),
        ];

    /// <summary>
    /// Called by the reader when the stream has ended. gRPC clients get their status in the trailers; a WebSocket has its close frame.
    /// </summary>
    private void Ended(bool isGrpc)
    {
        if (isGrpc && context.Response.SupportsTrailers())
        {
            // UNAUTHENTICATED.
            context.Response.AppendTrailer("grpc-status", "16");
            context.Response.AppendTrailer("grpc-message", "The access token has ended.");
        }

        AuthDecision.Closed(context, Rejections.Of(_lost.Reason).Tag, _lost.Token);
    }
}
