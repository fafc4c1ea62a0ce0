using Gateway.Authentication;
using Gateway.RouteFeatures.Paths;

namespace Gateway.Runtime;

/// <summary>
/// What the stages of a request leave for those after them. One object, because looking one up on the request costs as much as many a
/// stage does.
/// </summary>
internal sealed class GatewayRequest(GatewaySnapshot snapshot)
{
    /// <summary>The configuration of the request, set by the first stage that decides. A reload does not change it.</summary>
    public GatewaySnapshot Snapshot { get; } = snapshot;

    /// <summary>
    /// Null where none matched: 404, or 405 for its method. The first stage that asks finds it, and a reload does not change it.
    /// </summary>
    public ProtectedRoute? Route { get; private set; }

    /// <summary>Whose request it is, once its token has been verified.</summary>
    public VerifiedToken? Token { get; set; }

    /// <summary>
    /// What the destination receives in <c>Authorization</c> in place of the caller's token; null where no token is exchanged.
    /// </summary>
    public string? ExchangedAuthorization { get; set; }

    /// <summary>The same as ASP.NET Core's user; null without a verified token.</summary>
    public RequestUser? User { get; set; }

    /// <summary>Why there is no verified token, on a route that asks for one.</summary>
    public TokenRejection? Rejection { get; set; }

    /// <summary>True when the route's policy has let the request through. Nothing else is forwarded.</summary>
    public bool IsAllowed { get; set; }

    /// <summary>The tunnel that the client has requested with a complete handshake. Without such a request no tunnel is opened.</summary>
    public TunnelRequest Tunnel { get; set; }

    /// <summary>The path that a destination receives, except for what transforms change of it.</summary>
    public SentPath Path { get; set; }

    /// <summary>What of the path destinations read differently. The route has to let it pass.</summary>
    public PathTraits PathTraits { get; set; }

    /// <summary>The port that the client used, where a trusted proxy has said it.</summary>
    public string? ForwardedPort { get; set; }

    /// <summary>
    /// The client's certificate as a trusted proxy passes it on; empty when it does not. Null: that of the connection counts.
    /// </summary>
    public string? ForwardedCertificate { get; set; }

    /// <summary>The subprotocol that announced a WebSocket's token; null for none. The destination is not offered it.</summary>
    public string? TokenProtocol { get; set; }

    /// <summary>What was decided, when that was not simply to let it pass.</summary>
    public AuthDecision? Decision { get; set; }

    /// <summary>Returns <see cref="Route"/>, and finds it first where no stage has.</summary>
    public ProtectedRoute? FindRoute(HttpContext context) => Route ??= ProtectedRoute.Of(context);

    /// <summary>Finds <see cref="Route"/> again, as the configuration in effect has it. Only before a stage has decided anything.</summary>
    public ProtectedRoute? FindRouteAgain(HttpContext context) => Route = ProtectedRoute.Of(context);

    /// <summary>Null before the first stage that decides.</summary>
    // By the type itself: Get<T>() asks the runtime first which method that is, each time.
    public static GatewayRequest? Find(HttpContext context) => (GatewayRequest?)context.Features[typeof(GatewayRequest)];

    public static GatewayRequest Of(HttpContext context) =>
        Find(context) ?? throw new InvalidOperationException("A request has not been through RequestHygieneMiddleware.");
}
