using Gateway.Authentication;
using Gateway.Authentication.SenderConstraint;
using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Pipeline.Bearer;

/// <summary>
/// The only token handler of the Bearer scheme. It calls the same validation as proxied requests, with the same cache. The validation
/// parameters of IdentityModel are not read, so nothing set there can accept a token.
/// </summary>
/// <param name="onRevocationUnavailable">True when tokens are rejected while the revocation list is stale.</param>
internal sealed class BearerTokenHandler(LiveGateway live, UnavailableBehavior onRevocationUnavailable) : TokenHandler
{
    private readonly RoutePolicy _policy = RoutePolicy.Authenticated with { OnRevocationUnavailable = onRevocationUnavailable };

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var snapshot = live.Current;
        // The default evidence proves nothing, so a token that is bound to a key or certificate is rejected here.
        var outcome = await AuthenticateAsync(token, snapshot, default, CancellationToken.None);
        return outcome.Token is { } verified
            ? new TokenValidationResult
            {
                IsValid = true,
                SecurityToken = new BearerToken(verified, snapshot),
                ClaimsIdentity = verified.Identity,
            }
            : new TokenValidationResult { IsValid = false, Exception = new TokenRejectedException(outcome.Rejection!) };
    }

    /// <summary>The same with the evidence of the request, which the framework does not pass on to the handler.</summary>
    public ValueTask<AuthenticationOutcome> AuthenticateAsync(
        string token, GatewaySnapshot snapshot, in SenderEvidence evidence, CancellationToken cancellationToken) =>
        snapshot.Authenticator.AuthenticateAsync(token.AsMemory(), _policy, evidence, cancellationToken);

    /// <summary>Not supported, so that no code reads a token without verifying it.</summary>
    public override Task<TokenValidationResult> ValidateTokenAsync(SecurityToken token, TokenValidationParameters validationParameters) =>
        throw new NotSupportedException();

    public override SecurityToken ReadToken(string token) => throw new NotSupportedException();
}
