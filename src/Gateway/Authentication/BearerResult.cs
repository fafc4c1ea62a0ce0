using System.Security.Claims;
using Gateway.Jose;
using Gateway.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Authentication;

/// <summary>A token was rejected. An <see cref="AuthenticateResult"/> holds the exception; the proxy path never throws it.</summary>
internal sealed class TokenRejectedException(TokenRejection rejection)
    : Exception($"The token was rejected ({Rejections.Of(rejection.Reason).Tag}).")
{
    public TokenRejection Rejection => rejection;
}

/// <summary>Converts the result of authentication to the types of ASP.NET Core.</summary>
internal static class BearerResult
{
    public static AuthenticateResult Success(ClaimsPrincipal user, AccessToken token)
    {
        var properties = new AuthenticationProperties();
        SetTimes(properties, token);
        return AuthenticateResult.Success(new AuthenticationTicket(user, properties, JwtBearerDefaults.AuthenticationScheme));
    }

    public static AuthenticateResult Failure(TokenRejection rejection) => AuthenticateResult.Fail(new TokenRejectedException(rejection));

    /// <summary>The times of the token, without clock skew.</summary>
    public static void SetTimes(AuthenticationProperties properties, AccessToken token)
    {
        properties.IssuedUtc = token.IssuedAt is { } issued ? TimeOf(issued) : null;
        properties.ExpiresUtc = TimeOf(token.ExpiresAt);
    }

    // In whole seconds, like the properties of ASP.NET Core. RegisteredClaims limits the claims to the year 9999.
    private static DateTimeOffset TimeOf(double seconds) => DateTimeOffset.FromUnixTimeSeconds((long)seconds);
}
