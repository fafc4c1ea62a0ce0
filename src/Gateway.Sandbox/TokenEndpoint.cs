using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Sandbox;

/// <summary>The token endpoint (RFC 6749 3.2): a form in, a bearer token or one of the RFC's errors out.</summary>
internal sealed class TokenEndpoint(AccessTokens accessTokens, RefreshTokens refreshTokens, Revocations revocations, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        if ((await IssueAsync(context.Request)).TryGet(out var issued, out var error))
        {
            await TokenResponse.WriteAsync(context, issued);
            return;
        }

        await OAuthResponse.WriteErrorAsync(context.Response, error);
    }

    private async Task<OAuthResult<TokenResponse>> IssueAsync(HttpRequest request)
    {
        if (!(await OAuthForm.ReadAsync(request)).TryGet(out var form, out var error)
            || !ClientAuthentication.Authenticate(request, form).TryGet(out var client, out error))
        {
            return error;
        }

        if (form["grant_type"] is not { } grantType)
        {
            return OAuthError.InvalidRequest("The parameter grant_type is missing.");
        }

        if (!GrantType.All.Contains(grantType))
        {
            return new OAuthError("unsupported_grant_type", "The grant types are " + string.Join(", ", GrantType.All) + ".");
        }

        if (!client.GrantTypes.Contains(grantType))
        {
            return new OAuthError("unauthorized_client", $"The client {client.Id} may not use {grantType}.");
        }

        // Not OAuth: a developer picks the signing key by hand.
        var algorithm = form["alg"] ?? SecurityAlgorithms.RsaSha256;
        if (!SigningKeys.Algorithms.Contains(algorithm))
        {
            return OAuthError.InvalidRequest("The algorithms are " + string.Join(", ", SigningKeys.Algorithms) + ".");
        }

        return grantType == GrantType.RefreshToken
            ? await RefreshAsync(form, client, algorithm, request.HttpContext.RequestAborted)
            : Begin(form, client, algorithm);
    }

    private OAuthResult<TokenResponse> Begin(OAuthForm form, DevelopmentClient client, string algorithm)
    {
        if (Grant.ReadScopes(form["scope"] ?? DevelopmentClient.DefaultScope, DevelopmentClient.AllowedScopes) is not { } scopes)
        {
            return OAuthError.InvalidScope("The scopes are " + string.Join(", ", DevelopmentClient.AllowedScopes) + ".");
        }

        var now = time.GetUtcNow();
        if (form["grant_type"] == GrantType.ClientCredentials)
        {
            return Respond(new Grant(client, scopes), algorithm, now, refreshToken: null);
        }

        if (form["username"] is not { } name || form["password"] is not { } password)
        {
            return OAuthError.InvalidRequest("The parameters username and password are needed.");
        }

        if (DevelopmentUser.Authenticate(name, password) is not { } user)
        {
            return OAuthError.InvalidGrant("The user is unknown or the password is wrong.");
        }

        var sessionId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var grant = new Grant(client, scopes, user, sessionId);
        return Respond(grant, algorithm, now, refreshTokens.Start(grant, sessionId));
    }

    private async Task<OAuthResult<TokenResponse>> RefreshAsync(
        OAuthForm form, DevelopmentClient client, string algorithm, CancellationToken cancellationToken)
    {
        if (form["refresh_token"] is not { } token)
        {
            return OAuthError.InvalidRequest("The parameter refresh_token is missing.");
        }

        if (!refreshTokens.TryFind(token, out var grant, out var used) || grant.Client != client)
        {
            return OAuthError.InvalidGrant("The refresh token is unknown, withdrawn or another client's.");
        }

        // RFC 6749 6: a refresh may narrow the scopes, never widen them.
        if (!used && form["scope"] is { } scope)
        {
            if (Grant.ReadScopes(scope, grant.Scopes) is not { } narrowed)
            {
                return OAuthError.InvalidScope("The session was granted " + string.Join(", ", grant.Scopes) + ".");
            }

            grant = grant with { Scopes = narrowed };
        }

        var now = time.GetUtcNow();
        if (refreshTokens.Rotate(token) is { } successor)
        {
            return Respond(grant, algorithm, now, successor);
        }

        // Which of the two holders is the thief cannot be told, so the session ends for both.
        await revocations.RevokeSessionAsync(RefreshTokens.SessionIdOf(token), "refresh token reuse", cancellationToken);
        return OAuthError.InvalidGrant("The refresh token was used before; its session is revoked.");
    }

    private TokenResponse Respond(Grant grant, string algorithm, DateTimeOffset now, string? refreshToken) =>
        new(
            accessTokens.Issue(grant, algorithm, now),
            "Bearer",
            (long)AccessTokens.Lifetime.TotalSeconds,
            string.Join(' ', grant.Scopes),
            refreshToken);
}
