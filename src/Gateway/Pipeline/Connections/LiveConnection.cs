using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Runtime;

namespace Gateway.Pipeline.Connections;

/// <summary>
/// A response that may outlive its token. The checks that a new request with the token must pass are repeated until the response ends; if
/// one fails, the connection is ended. The rest of the policy was decided when the request began.
/// </summary>
internal sealed class LiveConnection(HttpContext context, ProtectedRoute route, VerifiedToken verified, Action<LiveConnection> over) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly RequestUser? _user = GatewayRequest.Find(context)?.User;
    private TokenValidity _validity = new(verified);
    private LiveStream? _stream;
    private long _endingSince;
    private volatile bool _isEnding;
    private RejectionReason _reason;
    private bool _isOver;

    public VerifiedToken Token => verified;

    public ProtectedRoute Route => route;

    public bool IsEnding => _isEnding;

    /// <summary>Wraps the destination's stream for the proxy.</summary>
    public LiveStream Wrap(Stream inner, bool isWebSocket, bool isGrpc) =>
        _stream = new LiveStream(inner, isWebSocket ? new WebSocketFrames() : null, () => Ended(isGrpc));

    /// <summary>The reason to end the connection; null when there is none.</summary>
    public RejectionReason? Check(double now, RevocationList revocations) =>
        _validity.Check(now, revocations, TokenValidity.OfConnection(route.Policy)).Rejection;

    /// <summary>Makes the user of the request anonymous for code that still runs for it.</summary>
    public void WithdrawUser(RejectionReason reason) => _user?.Withdraw(reason);

    /// <summary>Ends the connection in an orderly way. False when it is ending already.</summary>
    public bool TryEnd(RejectionReason reason, TimeProvider time)
    {
        lock (_lock)
        {
            if (_isEnding)
            {
                return false;
            }

            _reason = reason;
            _endingSince = time.GetTimestamp();
            _isEnding = true;
        }

        _stream!.End();
        return true;
    }

    /// <summary>
    /// Aborts the connection if it has not ended within half a second, because the client does not read or the destination has not completed a
    /// frame.
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

    private void Ended(bool isGrpc)
    {
        if (isGrpc && context.Response.SupportsTrailers())
        {
            // UNAUTHENTICATED.
            context.Response.AppendTrailer("grpc-status", "16");
            context.Response.AppendTrailer("grpc-message", "The access token has ended.");
        }

        AuthDecision.Ended(context, Rejections.Of(_reason).Tag, verified.Token.Issuer.Name);
    }
}
