using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The facts of a token whose signature and claims have been checked. Immutable.</summary>
internal sealed class AccessToken
{
    public required IssuerProfile Issuer { get; init; }

    /// <summary><c>sub</c>, or null when the token has none.</summary>
    public required string? Subject { get; init; }

    /// <summary><c>jti</c>.</summary>
    public required string? TokenId { get; init; }

    /// <summary><c>client_id</c> (RFC 9068), or the claim that some providers use instead: <c>azp</c>, <c>appid</c>, <c>cid</c>.</summary>
    public required string? ClientId { get; init; }

    /// <summary><c>sid</c>, the session at the issuer.</summary>
    public required string? SessionId { get; init; }

    /// <summary>From <c>scope</c> (space-separated) or <c>scp</c> (the same, or an array).</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary><c>cnf</c>: what a sender has to prove to hold; null for a bearer token.</summary>
    public TokenBinding? Binding { get; init; }

    /// <summary><c>iat</c> in Unix seconds.</summary>
    public required double? IssuedAt { get; init; }

    /// <summary><c>exp</c> in Unix seconds, without clock skew.</summary>
    public required double ExpiresAt { get; init; }

    /// <summary>The whole claims set.</summary>
    public required JsonElement Claims { get; init; }

    /// <summary>The algorithm of the signature.</summary>
    public required AlgorithmTraits Algorithm { get; init; }

    /// <summary>The compact token as received, in ASCII.</summary>
    public required byte[] Text { get; init; }

    /// <summary>The payload segment of the token: the claims set in base64url.</summary>
    public string EncodedClaims => Encoding.ASCII.GetString(Text.AsSpan()[(Text.IndexOf((byte)'.') + 1)..Text.LastIndexOf((byte)'.')]);

    /// <summary>The JOSE header, which the signature covers. Parsed each time: few policies look at it.</summary>
    public JsonElement ReadHeader() => JsonElement.Parse(Base64Url.DecodeFromUtf8(Text.AsSpan(0, Text.IndexOf((byte)'.'))));

    /// <summary>
    /// RFC 9068 section 2.2 lets a client that acts for itself use its own id as subject. RFC 9700 section 4.15: such a
    /// token must be told apart from a user's, so policies and headers can read this as <c>$subject_type</c>.
    /// </summary>
    public string SubjectType => Subject is not null && Subject == ClientId ? "client" : "user";
}
