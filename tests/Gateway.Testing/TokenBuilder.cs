using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>Makes an access token that is good in every way, for a test to spoil in one.</summary>
internal sealed class TokenBuilder
{
    private readonly SigningKey _key;

    public TokenBuilder(SigningKey key, string issuer, TimeProvider? time = null, string algorithm = "RS256")
    {
        _key = key;
        var now = (time ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();
        Algorithm = algorithm;
        Header = new JsonObject { ["alg"] = algorithm, ["kid"] = key.KeyId, ["typ"] = "at+jwt" };
        Claims = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = "shop-api",
            ["sub"] = "alice",
            ["client_id"] = "shop-web",
            ["scope"] = "orders:read",
            ["iat"] = now,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
    }

    /// <summary>What the signature is made with; the header may claim another.</summary>
    public string Algorithm { get; set; }

    public JsonObject Header { get; }

    public JsonObject Claims { get; }

    public string? HeaderJson { get; set; }

    public string? ClaimsJson { get; set; }

    public TokenBuilder With(string claim, JsonNode? value)
    {
        Claims[claim] = value;
        return this;
    }

    public TokenBuilder Without(string claim)
    {
        Claims.Remove(claim);
        return this;
    }

    public TokenBuilder WithHeader(string member, JsonNode? value)
    {
        Header[member] = value;
        return this;
    }

    public TokenBuilder WithoutHeader(string member)
    {
        Header.Remove(member);
        return this;
    }

    /// <summary>A good logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4) in place of the access token.</summary>
    public TokenBuilder AsLogout(string clientId = "shop-web", string? subject = "alice", string? session = "session-1")
    {
        Header["typ"] = "logout+jwt";
        Claims["aud"] = clientId;
        Claims["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() };
        Claims["exp"] = Claims["iat"]!.GetValue<long>() + 120;
        Claims["sub"] = subject;
        Claims["sid"] = session;
        foreach (var absent in new[] { "client_id", "scope", subject is null ? "sub" : "", session is null ? "sid" : "" })
        {
            Claims.Remove(absent);
        }

        return this;
    }

    /// <summary>A good security event token (RFC 8417) in place of the access token.</summary>
    /// <param name="type">The last two parts of the event's URI around <c>event-type</c>, such as <c>caep/session-revoked</c>.</param>
    /// <param name="subject">The subject identifier; null for none.</param>
    public TokenBuilder AsSecurityEvent(string type, string? subject, string audience = "https://api.example.com")
    {
        Header["typ"] = "secevent+jwt";
        foreach (var absent in new[] { "client_id", "scope", "sub", "sid", "exp", "nbf" })
        {
            Claims.Remove(absent);
        }

        Claims["aud"] = audience;
        Claims["events"] =
            new JsonObject { [$"https://schemas.openid.net/secevent/{type.Replace("/", "/event-type/", StringComparison.Ordinal)}"] = new JsonObject() };
        if (subject is not null)
        {
            Claims["sub_id"] = JsonNode.Parse(subject);
        }

        return this;
    }

    /// <summary>Signs exactly this header text, JSON or not.</summary>
    public TokenBuilder WithHeaderJson(string json)
    {
        HeaderJson = json;
        return this;
    }

    /// <summary>Signs exactly this payload text, JSON or not.</summary>
    public TokenBuilder WithClaimsJson(string json)
    {
        ClaimsJson = json;
        return this;
    }

    public TokenBuilder SignedWith(string algorithm)
    {
        Algorithm = algorithm;
        return this;
    }

    public string Build()
    {
        var input = $"{Encode(HeaderJson ?? Header.ToJsonString())}.{Encode(ClaimsJson ?? Claims.ToJsonString())}";
        return $"{input}.{Base64Url.EncodeToString(_key.Sign(Algorithm, Encoding.ASCII.GetBytes(input)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
