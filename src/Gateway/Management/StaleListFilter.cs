using System.Globalization;
using System.Text;
using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Errors;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Pipeline.Bearer;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Runtime;

namespace Gateway.Management;

/// <summary>Marks an endpoint that changes nothing although its method is not GET.</summary>
internal sealed class ReadsOnly
{
    public static readonly ReadsOnly Instance = new();
}

/// <summary>
/// While the revocation list is older than <c>MaxStaleness</c>, an administrator's token may have been revoked without this replica knowing
/// it. <c>/admin</c> is then read-only and says so in a header. A replica that has never read the list rejects all callers.
/// </summary>
internal sealed class StaleListFilter(LiveGateway live, RevocationList revocations) : IEndpointFilter
{
    private const string Header = "Gateway-Revocation-List";

    private const string Cure =
        "The revocation list is older than MaxStaleness, so your own token may be a revoked one. Nothing was changed; try again when " +
            "the store answers.";

    /// <summary>
    /// Judges the caller again, after authorization and before the endpoint, so that a call that must not change anything has changed
    /// nothing.
    /// </summary>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // Development without a policy: there is no token that could be a revoked one.
        if (TokenIdentity.TokenOf(http.User) is not { } caller)
        {
            return await next(context);
        }

        var snapshot = BearerEvents.SnapshotOf(http, live);
        var outcome = await JudgeAgainAsync(caller, snapshot, http.RequestAborted);
        if (outcome.Token is not null)
        {
            return await next(context);
        }

        // The token was revoked since authentication, or cannot be decided now. Only a stale list still permits reading.
        if (outcome.Rejection!.Reason != RejectionReason.RevocationUnavailable)
        {
            await snapshot.Rejections.WriteAsync(http, outcome.Rejection.Reason, null);
            return Results.Empty;
        }

        // A key that other replicas have forgotten may have been stolen.
        if (!revocations.IsLoaded || caller.Token.Issuer.Keys.ForgottenElsewhere == ForgottenKeys.Unknown)
        {
            await snapshot.Rejections.WriteAsync(http, RejectionReason.RevocationUnavailable, null);
            return Results.Empty;
        }

        http.Response.Headers[Header] =
            string.Create(CultureInfo.InvariantCulture, $"stale; age={(long)(revocations.Lag ?? TimeSpan.Zero).TotalSeconds}");
        return HttpMethods.IsGet(http.Request.Method) || http.GetEndpoint()?.Metadata.GetMetadata<ReadsOnly>() is not null
            ? await next(context)
            : OAuthError.Unavailable(Cure);
    }

    /// <summary>
    /// Checks the token again as a policy with <c>OnRevocationUnavailable</c> Reject does; authentication accepts a token while the list is
    /// stale.
    /// </summary>
    private static ValueTask<AuthenticationOutcome> JudgeAgainAsync(
        VerifiedToken caller, GatewaySnapshot snapshot, CancellationToken cancellationToken) =>
        snapshot.Authenticator.AuthenticateAsync(
            Encoding.ASCII.GetString(caller.Token.Text).AsMemory(), RoutePolicy.Authenticated, SenderEvidence.OfEarlierCheck,
            cancellationToken);
}
