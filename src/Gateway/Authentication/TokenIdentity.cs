using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Gateway.Authentication;

/// <summary>
/// The identity of a verified token for ASP.NET Core, with a claim for each value of the claims set. It is created once per token and
/// shared by all its requests, so it is read-only; a clone is not.
/// </summary>
internal sealed class TokenIdentity : ClaimsIdentity
{
    public const string NameClaim = "sub";
    public const string RoleClaim = "roles";

    private readonly bool _isShared;

    public TokenIdentity(VerifiedToken token)
        : base(claims: null, JwtBearerDefaults.AuthenticationScheme, NameClaim, RoleClaim)
    {
        Token = token;
        foreach (var claim in token.Token.Claims.EnumerateObject())
        {
            Add(claim.Name, claim.Value, token.Token.Issuer.Issuer);
        }

        _isShared = true;
    }

    private TokenIdentity(TokenIdentity other)
        : base(other) => Token = other.Token;

    /// <summary>The token that policies evaluate; claims that code adds to a clone have no effect on them.</summary>
    public VerifiedToken Token { get; }

    /// <summary>The verified token of a user; null for users of other authentication schemes.</summary>
    public static VerifiedToken? TokenOf(ClaimsPrincipal user)
    {
        foreach (var identity in user.Identities)
        {
            if (identity is TokenIdentity known)
            {
                return known.Token;
            }
        }

        return null;
    }

    /// <summary>A copy that code may add claims to, as an <c>IClaimsTransformation</c> does.</summary>
    public override ClaimsIdentity Clone() => new TokenIdentity(this);

    public override void AddClaim(Claim claim)
    {
        ThrowIfShared();
        base.AddClaim(claim);
    }

    public override void AddClaims(IEnumerable<Claim?> claims)
    {
        ThrowIfShared();
        base.AddClaims(claims);
    }

    public override bool TryRemoveClaim(Claim? claim)
    {
        ThrowIfShared();
        return base.TryRemoveClaim(claim);
    }

    public override void RemoveClaim(Claim? claim)
    {
        ThrowIfShared();
        base.RemoveClaim(claim);
    }

    private void ThrowIfShared()
    {
        if (_isShared)
        {
            throw new InvalidOperationException(
                "All requests of a token share this identity, so it is read-only. Add claims to a clone, or add another identity to the " +
                    "principal.");
        }
    }

    /// <summary>Adds a claim for each item of an array, and none for null.</summary>
    private void Add(string name, JsonElement value, string issuer)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            AddOne(name, value, issuer);
            return;
        }

        foreach (var item in value.EnumerateArray())
        {
            AddOne(name, item, issuer);
        }
    }

    private void AddOne(string name, JsonElement value, string issuer)
    {
        // The same value types as Microsoft.IdentityModel uses.
        (string Text, string Type)? read = value.ValueKind switch
        {
            JsonValueKind.String => (value.GetString()!, ClaimValueTypes.String),
            JsonValueKind.True => ("true", ClaimValueTypes.Boolean),
            JsonValueKind.False => ("false", ClaimValueTypes.Boolean),
            JsonValueKind.Number when value.TryGetInt32(out var small) =>
                (small.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer32),
            JsonValueKind.Number when value.TryGetInt64(out var large) =>
                (large.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64),
            JsonValueKind.Number => (value.GetRawText(), ClaimValueTypes.Double),
            JsonValueKind.Object => (value.GetRawText(), JsonClaimValueTypes.Json),
            JsonValueKind.Array => (value.GetRawText(), JsonClaimValueTypes.JsonArray),
            _ => null,
        };
        if (read is { } claim)
        {
            base.AddClaim(new Claim(name, claim.Text, claim.Type, issuer, issuer, this));
        }
    }
}
