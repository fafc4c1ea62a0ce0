using System.Globalization;
using System.Text;
using Gateway.Authentication;
using Gateway.Errors;
using Gateway.Issuers;
using Gateway.Jose;
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
/// While the revocation list is older than <c>MaxStaleness</c>, an administrator's token may be a revoked one: <c>/admin</c> can be read on
/// the last known list and says so in a header; nothing can be changed. A replica that never read a list rejects everyone.
/// </summary>
internal sealed class StaleListFilter(LiveGateway live, RevocationList revocations) : IEndpointFilter
{
    private const string Header = "Gateway-Revocation-List";

    private const string Cure =
        "The revocation list is older than MaxStaleness, so your own token may be a revoked one. Nothing was changed; try again when the store answers.";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (TokenIdentity.TokenOf(http.User) is not { } caller || !await IsStaleAsync(caller, http.RequestAborted))
        {
            return await next(context);
        }

        // A key that other replicas were told to forget may be a stolen one.
        if (!revocations.IsLoaded || caller.Token.Issuer.Keys.ForgottenElsewhere == ForgottenKeys.Unknown)
        {
            await live.Current.Refusals.WriteAsync(http, RefusalReason.RevocationUnavailable, null);
            return Results.Empty;
        }

        http.Response.Headers[Header] = string.Create(CultureInfo.InvariantCulture, $"stale; age={(long)(revocations.Lag ?? TimeSpan.Zero).TotalSeconds}");
        return HttpMethods.IsGet(http.Request.Method) || http.GetEndpoint()?.Metadata.GetMetadata<ReadsOnly>() is not null
            ? await next(context)
            : OAuthError.Unavailable(Cure);
    }

    /// <summary>Asks the pipeline itself, as a policy does that rejects while revocations are unavailable.</summary>
    private async Task<bool> IsStaleAsync(VerifiedToken caller, CancellationToken cancellationToken)
    {
        var text = Encoding.ASCII.GetString(caller.Token.Text);
        var outcome = await live.Current.Authenticator.AuthenticateAsync(text.AsMemory(), RoutePolicy.Authenticated, cancellationToken);
        return outcome.Rejection?.Reason == RefusalReason.RevocationUnavailable;
    }
}
