namespace Gateway.Sandbox;

/// <summary>Ways to end what /token began: POST /logout for the holder of a token, POST /revoke for a client (RFC 7009).</summary>
internal sealed class SessionEndpoints(AccessTokens accessTokens, RefreshTokens refreshTokens, Revocations revocations)
{
    private const string BearerPrefix = "Bearer ";

    public async Task LogoutAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var presented = header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? header[BearerPrefix.Length..].Trim() : "";
        if (await accessTokens.ValidateAsync(presented) is not { } token)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            // RFC 6750 3.1: no error code for a request that presents no token at all.
            context.Response.Headers.WWWAuthenticate = presented.Length == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
            return;
        }

        await (token.SessionId is { } sessionId
            ? revocations.RevokeSessionAsync(sessionId, "logout", context.RequestAborted)
            : revocations.RevokeTokenAsync(token, "logout", context.RequestAborted));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task RevokeAsync(HttpContext context)
    {
        if (!(await OAuthForm.ReadAsync(context.Request)).TryGet(out var form, out var error)
            || !ClientAuthentication.Authenticate(context.Request, form).TryGet(out var client, out error))
        {
            await OAuthResponse.WriteErrorAsync(context.Response, error);
            return;
        }

        if (form["token"] is { } token)
        {
            await RevokeAsync(token, client, context.RequestAborted);
        }

        // RFC 7009 2.2: 200 for any token, known or not; the client wants it not to work, and it does not.
        OAuthResponse.ForbidCaching(context.Response);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private async Task RevokeAsync(string token, DevelopmentClient client, CancellationToken cancellationToken)
    {
        if (refreshTokens.TryFind(token, out var grant, out _))
        {
            // RFC 7009 2.1: with a refresh token go the access tokens of the same grant.
            if (grant.Client == client)
            {
                await revocations.RevokeSessionAsync(RefreshTokens.SessionIdOf(token), "revocation request", cancellationToken);
            }

            return;
        }

        if (await accessTokens.ValidateAsync(token) is { } accessToken && accessToken.ClientId == client.Id)
        {
            await revocations.RevokeTokenAsync(accessToken, "revocation request", cancellationToken);
        }
    }
}
