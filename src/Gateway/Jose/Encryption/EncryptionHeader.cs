using System.Buffers.Text;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose.Encryption;

/// <summary>
/// The JOSE header of an encrypted token. Everything in it comes from the client, who may encrypt what it likes with the public key, so
/// whatever is not in the tables is rejected before any cryptography.
/// </summary>
/// <param name="Curve">The curve of the client's <c>epk</c>; null for an algorithm without one.</param>
internal sealed record EncryptionHeader(
    KeyManagementTraits KeyManagement, ContentEncryptionTraits ContentEncryption, string? KeyId, string? Curve)
{
    private const int MaxKeyIdLength = 256;

    private const string MediaTypePrefix = "application/";

    /// <summary>Reads the header of a token and compares the lengths of its other parts with what the header says.</summary>
    public static bool TryRead(EncryptedToken token, out EncryptionHeader header)
    {
        header = null!;
        Span<byte> buffer = stackalloc byte[CompactToken.MaxHeaderLength + 2];
        if (!StrictJson.TryParseObject(buffer[..CompactToken.Decode(token.Header, buffer)], out var json)
            // RFC 7516 section 4.1.13: no extension is understood. A compressed token could inflate to any size (RFC 8725 section 3.6).
            || json.TryGetProperty("crit"u8, out _) || json.TryGetProperty("zip"u8, out _) || json.TryGetProperty("b64"u8, out _)
            || EncryptionAlgorithms.FindKeyManagement(json.TextOf("alg")) is not { } management
            || EncryptionAlgorithms.FindContentEncryption(json.TextOf("enc")) is not { } content
            || !IsSignedToken(json)
            || !HasLengths(token, management, content))
        {
            return false;
        }

        var keyId = json.TextOf("kid");
        if ((keyId is null && json.TryGetProperty("kid"u8, out _)) || keyId is { Length: > MaxKeyIdLength })
        {
            return false;
        }

        string? curve = null;
        if (management.KeyType == KeyType.Ec && !TryReadAgreement(json, out curve))
        {
            return false;
        }

        header = new EncryptionHeader(management, content, keyId, curve);
        return true;
    }

    /// <summary>
    /// RFC 7519 section 5.2: <c>cty</c> says <c>JWT</c> for a token in a token. Some issuers write the type of the token, such as
    /// <c>at+jwt</c>. Where it is absent, the content decides.
    /// </summary>
    private static bool IsSignedToken(JsonElement json)
    {
        if (!json.TryGetProperty("cty"u8, out _))
        {
            return true;
        }

        var type = json.TextOf("cty").AsSpan();
        var name = type.StartsWith(MediaTypePrefix, StringComparison.OrdinalIgnoreCase) ? type[MediaTypePrefix.Length..] : type;
        return name.Equals("JWT", StringComparison.OrdinalIgnoreCase) || name.EndsWith("+jwt", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The lengths that the algorithms require. A short tag could be guessed, and the library must not see other lengths.
    /// </summary>
    private static bool HasLengths(EncryptedToken token, KeyManagementTraits management, ContentEncryptionTraits content) =>
        token.EncryptedKey.IsEmpty != management.HasEncryptedKey
        && LengthOf(token.Vector) == content.VectorLength
        && LengthOf(token.Tag) == content.TagLength;

    /// <summary>
    /// RFC 7518 section 4.6.1: the client's public key, of which only the form is checked here, and what both sides call themselves.
    /// </summary>
    private static bool TryReadAgreement(JsonElement json, out string? curve)
    {
        curve = null;
        if (!json.TryGetProperty("epk"u8, out var key) || key.ValueKind != JsonValueKind.Object || key.TextOf("kty") != "EC"
            || key.TryGetProperty("d"u8, out _) || !IsPartyInfo(json, "apu"u8) || !IsPartyInfo(json, "apv"u8))
        {
            return false;
        }

        curve = key.TextOf("crv");
        return EcCurves.Find(curve) is { } known
            && IsCoordinate(key.TextOf("x"), known.Length)
            && IsCoordinate(key.TextOf("y"), known.Length);
    }

    /// <summary>Absent, or base64url (RFC 7518 sections 4.6.1.2 and 4.6.1.3).</summary>
    private static bool IsPartyInfo(JsonElement json, ReadOnlySpan<byte> name) =>
        !json.TryGetProperty(name, out var value) || (value.ValueKind == JsonValueKind.String && Base64Url.IsValid(value.GetString()));

    /// <summary>base64url without padding, of exactly this many bytes.</summary>
    private static bool IsCoordinate(string? text, int length) =>
        text is not null
            && Base64Url.IsValid(text, out var decoded)
            && decoded == length
            && text.Length == Base64Url.GetEncodedLength(length);

    // Of a part that is canonical: three bytes in four characters, and one or two more in two or three.
    private static int LengthOf(ReadOnlySpan<char> part) => part.Length * 3 / 4;
}
