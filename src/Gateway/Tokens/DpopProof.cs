using System.Text.Json;
using Gateway.Foundation;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>What a DPoP proof says (RFC 9449 section 4.2), read strictly. Nothing of it has been verified.</summary>
/// <param name="Key">The public key that it brings along: <c>jwk</c>.</param>
/// <param name="Id"><c>jti</c>.</param>
/// <param name="Method"><c>htm</c>.</param>
/// <param name="Target"><c>htu</c>.</param>
/// <param name="IssuedAt"><c>iat</c> in Unix seconds.</param>
/// <param name="TokenHash"><c>ath</c>.</param>
/// <param name="Nonce">Null where it has none.</param>
internal sealed record DpopProof(
    AlgorithmTraits Algorithm, MinimalJwk Key, string Id, string Method, string Target, double IssuedAt, string TokenHash, string? Nonce)
{
    /// <summary>The header that carries it, and the scheme of its token.</summary>
    public const string Name = "DPoP";

    /// <summary>Characters. The longest part is the URL.</summary>
    public const int MaxLength = 8 * 1024;

    // 9999-12-31T23:59:59Z.
    private const double MaxNumericDate = 253_402_300_799;

    private static readonly string[] Types = ["dpop+jwt"];

    /// <summary>
    /// False for what is no proof in every point of its form, among them one with an algorithm whose secret would be the public key.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> text, out DpopProof? proof)
    {
        proof = null;
        if (text.Length > MaxLength || !CompactToken.TrySplit(text, out var compact, out _))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[CompactToken.MaxHeaderLength + 2];
        if (!JoseHeader.TryParse(buffer[..CompactToken.Decode(compact.Header, buffer)], out var header, out var members)
            || !TokenKind.IsAllowedType(header.Type, Types)
            || SignatureAlgorithms.Find(header.Algorithm) is not { KeyType: not KeyType.Secret } algorithm
            || !members.TryGetProperty("jwk"u8, out var jwk)
            || !MinimalJwk.TryRead(jwk, out var key)
            || !TokenParts.TryReadClaims(compact, out var claims))
        {
            return false;
        }

        if (!TryReadText(claims, "jti"u8, out var id) || !TryReadText(claims, "htm"u8, out var method)
            || !TryReadText(claims, "htu"u8, out var target) || !TryReadText(claims, "ath"u8, out var tokenHash)
            || !TryReadNonce(claims, out var nonce)
            || !claims.TryGetProperty("iat"u8, out var iat) || iat.ValueKind != JsonValueKind.Number || !iat.TryGetDouble(out var issuedAt)
            || issuedAt is not (> 0 and <= MaxNumericDate))
        {
            return false;
        }

        proof = new DpopProof(algorithm, key, id, method, target, issuedAt, tokenHash, nonce);
        return true;
    }

    private static bool TryReadText(JsonElement claims, ReadOnlySpan<byte> name, out string text)
    {
        text = claims.TextOf(name) ?? "";
        return text.Length > 0;
    }

    private static bool TryReadNonce(JsonElement claims, out string? nonce)
    {
        nonce = null;
        if (!claims.TryGetProperty("nonce"u8, out var member))
        {
            return true;
        }

        nonce = member.ValueKind == JsonValueKind.String ? member.GetString() : null;
        return nonce is not null;
    }
}
