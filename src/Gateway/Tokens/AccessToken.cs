using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
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

    /// <summary>The algorithm of the signature; null for an opaque token.</summary>
    public required AlgorithmTraits? Algorithm { get; init; }

    /// <summary>The compact token as received, in ASCII.</summary>
    public required byte[] Text { get; init; }

    /// <summary>
    /// The signed JWT in ASCII: <see cref="Text"/>, or what was encrypted in it; empty for an opaque token, of which only the claims are
    /// known.
    /// </summary>
    public byte[] Signed { get => field ?? Text; init; }

    /// <summary>
    /// What two tokens are compared by: the signed content without its signature, of which ECDSA has a second valid form
    /// (<see cref="EcdsaTwin"/>); the whole text of an opaque token.
    /// </summary>
    public ReadOnlySpan<byte> Content => Signed.Length == 0 ? Text : Signed.AsSpan(0, Signed.LastIndexOf((byte)'.'));

    /// <summary>The payload segment as it stands in the signed token: base64url of the claims set's JSON.</summary>
    public string EncodedClaims => Signed.Length == 0
        ? Base64Url.EncodeToString(JsonMarshal.GetRawUtf8Value(Claims))
        : Encoding.ASCII.GetString(Signed.AsSpan()[(Signed.IndexOf((byte)'.') + 1)..Signed.LastIndexOf((byte)'.')]);

    /// <summary>The JOSE header, which the signature covers; an opaque token has none. Parsed each time: few policies look at it.</summary>
    public JsonElement ReadHeader() => JsonElement.Parse(
        Signed.Length == 0 ? "{}"u8 : Base64Url.DecodeFromUtf8(Signed.AsSpan(0, Signed.IndexOf((byte)'.'))));

    /// <summary>
    /// RFC 9068 section 2.2 lets a client that acts for itself use its own id as subject. RFC 9700 section 4.15: such a
    /// token must be told apart from a user's, so policies and headers can read this as <c>$subject_type</c>.
    /// </summary>
    public string SubjectType => Subject is not null && Subject == ClientId ? "client" : "user";
}
