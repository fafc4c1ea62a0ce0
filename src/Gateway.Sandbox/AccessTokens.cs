using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Gateway.Sandbox;

/// <summary>Signs JWT access tokens in the profile of RFC 9068, and recognises its own when they come back.</summary>
/// <param name="keys">What signs and verifies.</param>
/// <param name="issuer">The issuer identifier; asked late, because on port 0 it is known only once the host listens.</param>
/// <param name="time">The clock that judges expiry.</param>
internal sealed class AccessTokens(SigningKeys keys, Func<string> issuer, TimeProvider time)
{
    public const string Audience = "shop-api";
    public const string TokenType = "at+jwt";

    /// <summary>Short, because where no revocation reaches, a withdrawn token goes on working for as long as this.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="grant">What the token stands for.</param>
    /// <param name="algorithm">One of <see cref="SigningKeys.Algorithms"/>.</param>
    /// <param name="issuedAt">Read before the grant was settled: a revocation that comes in between must cover this token.</param>
    public string Issue(Grant grant, string algorithm, DateTimeOffset issuedAt)
    {
        var claims = new Dictionary<string, object>
        {
            ["sub"] = grant.Subject,
            ["client_id"] = grant.Client.Id,
            ["scope"] = string.Join(' ', grant.Scopes),
            ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
        };

        if (grant.SessionId is not null)
        {
            claims["sid"] = grant.SessionId;
        }

        if (grant.User is { Roles: { Count: > 0 } roles })
        {
            claims["roles"] = roles.ToArray();
        }

        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenType,
            Issuer = issuer(),
            Audience = Audience,
            IssuedAt = issuedAt.UtcDateTime,
            Expires = (issuedAt + Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = keys.CredentialsFor(algorithm),
        });
    }

    /// <summary>What the token says, or null unless this issuer signed it and it has not expired.</summary>
    public async Task<IssuedToken?> ValidateAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer(),
            ValidAudience = Audience,
            ValidTypes = [TokenType],
            ValidAlgorithms = SigningKeys.Algorithms,
            IssuerSigningKeys = keys.VerificationKeys,
            TryAllIssuerSigningKeys = false,
            LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime,
        });

        if (!result.IsValid)
        {
            return null;
        }

        var jwt = (JsonWebToken)result.SecurityToken;
        return new IssuedToken(
            jwt.Id,
            jwt.GetPayloadValue<string>("client_id"),
            EpochTime.GetIntDate(jwt.ValidTo),
            jwt.TryGetPayloadValue<string>("sid", out var sessionId) ? sessionId : null);
    }
}
