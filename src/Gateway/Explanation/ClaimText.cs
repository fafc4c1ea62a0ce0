using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>The registered claims and the times in words.</summary>
internal static class ClaimText
{
    // The claims whose types RegisteredClaims checks. `iss` and `aud` have steps of their own.
    private static readonly string[] Known =
        ["exp", "nbf", "iat", "sub", "jti", "sid", "client_id", "azp", "appid", "cid", "scope", "scp", "cnf"];

    /// <summary>
    /// The types of the registered claims. A failed check lists the claims that have the wrong type, each with its value.
    /// </summary>
    /// <param name="reason">Null when the check passed.</param>
    public static CheckText OfRegistered(JsonElement claims, RejectionReason? reason)
    {
        const string expected = "`exp`, and every registered claim of its type: times are Unix seconds, ids are text, `scope` and `scp` " +
            "are text or a list of texts";
        if (reason is null)
        {
            return new(
                expected,
                $"sub {Shown.Claim(claims, "sub")}, scope " +
                    $"{(claims.TryGetProperty("scope"u8, out _) ? Shown.Claim(claims, "scope") : Shown.Claim(claims, "scp"))}");
        }

        if (reason == RejectionReason.MissingClaim)
        {
            return new(expected, "no `exp`", "Have the issuer give its access tokens an end: tokens without one are never accepted.");
        }

        var faulty = Known.Where(name => claims.TryGetProperty(name, out var value) && IsFaulty(name, value)).ToArray();
        return new(expected, string.Join(", ", faulty.Select(name => $"{name} {Shown.Claim(claims, name)}")), faulty is ["cnf"]
            ? "The token is bound in a way that the gateway cannot check: it knows `jkt` (DPoP) and `x5t#S256` (client certificate), " +
                "each a SHA-256 in base64url."
            : "Correct these at the issuer: numbers without quotes for times (seconds, not milliseconds), text for ids, one " +
                "space-separated text or a list of texts for scope.");
    }

    /// <summary>The times of the token, compared with the gateway's clock and the issuer's <c>ClockSkew</c>.</summary>
    /// <param name="time">Now, by the clock that the check used.</param>
    public static CheckText OfTimes(in RegisteredClaims claims, IssuerProfile issuer, DateTimeOffset time, RejectionReason? reason)
    {
        var now = (time - DateTimeOffset.UnixEpoch).TotalSeconds;
        var skew = issuer.ClockSkew.TotalSeconds;
        var expected = $"at {Shown.Date(now)}, give or take {Shown.Duration(skew)}: not before `iat` and `nbf`, before `exp`, living at " +
            $"most {Shown.Duration(issuer.MaxLifetime.TotalSeconds)}";
        var found = string.Join(
            ", ", new[] { Show("iat", claims.IssuedAt), Show("nbf", claims.NotBefore), Show("exp", claims.ExpiresAt) }.OfType<string>());
        var start = claims.IssuedAt ?? claims.NotBefore ?? now + skew;
        return reason switch
        {
            RejectionReason.Expired => new(expected, $"{found}: expired {Shown.Duration(now - claims.ExpiresAt)} ago",
                "Have the client get a new token. If it just did, compare the clocks of the issuer and this machine."),
            RejectionReason.NotYetValid =>
                new(expected, $"{found}: valid in {Shown.Duration(Math.Max(claims.NotBefore ?? 0, claims.IssuedAt ?? 0) - now)}",
                $"Set the clocks of the issuer and this machine right; {IssuerSetting.PathOf(issuer, "ClockSkew")} allows up to 5 " +
                    "minutes between them."),
            RejectionReason.BadClaim => new(expected, $"{found}: over before it begins", "Correct nbf and exp at the issuer."),
            RejectionReason.LifetimeTooLong => new(expected, $"{found}: lives {Shown.Duration(claims.ExpiresAt - start)}",
                $"Have the issuer give shorter tokens, or raise {IssuerSetting.PathOf(issuer, "MaxLifetime")}; a stolen token is good " +
                    "for that long."),
            _ => new(expected, $"{found}: {Shown.Duration(claims.ExpiresAt - now)} left"),
        };
    }

    /// <summary>Of an opaque token, for which RFC 9068 requires nothing.</summary>
    public static CheckText OfTokenId(in RegisteredClaims claims, IssuerProfile issuer) => new(
        issuer.RequireTokenId ? "jti" : "none beside aud", claims.TokenId is not null || !issuer.RequireTokenId ? "all there" : "no jti",
        $"Have the issuer add jti to its introspection responses, or set {IssuerSetting.PathOf(issuer, "RequireTokenId")} to false.");

    /// <summary>
    /// The claims that the token must have: all of RFC 9068 section 2.2 if at+jwt is the only type, else <c>jti</c> alone or none.
    /// </summary>
    public static CheckText OfRequired(in RegisteredClaims claims, IssuerProfile issuer)
    {
        var expected = issuer.IsAccessTokenProfile ? "sub, client_id, iat and jti, because at+jwt is the only type (RFC 9068 section 2.2)"
            : issuer.RequireTokenId ? "jti"
            : "none beside iss, exp and aud";
        (string Name, bool IsThere)[] all =
            [
                ("sub", claims.Subject is not null), ("client_id", claims.ClientId is not null), ("iat", claims.IssuedAt is not null),
                ("jti", claims.TokenId is not null)];
        var missing = all.Where(claim => !claim.IsThere && (issuer.IsAccessTokenProfile || (issuer.RequireTokenId && claim.Name == "jti")))
            .Select(claim => claim.Name)
            .ToArray();
        return new(
            expected,
            missing.Length == 0 ? "all there" : $"no {string.Join(", no ", missing)}",
            $"Have the issuer add {string.Join(", ", missing)} to its access tokens, or " + (issuer.RequireTokenId
                ? $"set {IssuerSetting.PathOf(issuer, "RequireTokenId")} to false."
                : $"add JWT to {IssuerSetting.PathOf(issuer, "TokenTypes")}."));
    }

    /// <summary>Runs the check itself on this claim alone.</summary>
    private static bool IsFaulty(string name, JsonElement value)
    {
        var alone = new JsonObject { ["exp"] = 1 };
        alone[name] = JsonNode.Parse(value.GetRawText());
        using var document = JsonDocument.Parse(alone.ToJsonString());
        return !RegisteredClaims.TryRead(KnownClaims.Of(document.RootElement), out _, out _);
    }

    private static string? Show(string name, double? seconds) => seconds is { } value ? $"{name} {Shown.Date(value)}" : null;
}
