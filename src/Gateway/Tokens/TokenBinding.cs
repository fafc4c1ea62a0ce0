using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// What a token is bound to (<c>cnf</c>, RFC 7800). A sender has to prove to hold all of it; members that name other things are ignored, as
/// RFC 7800 section 3.1 says, as long as one of these is there.
/// </summary>
/// <param name="Key">RFC 9449 section 6.1, <c>jkt</c>: the SHA-256 thumbprint of the key that signs DPoP proofs.</param>
/// <param name="Certificate">RFC 8705 section 3.1, <c>x5t#S256</c>: the SHA-256 of the client certificate.</param>
internal sealed record TokenBinding(byte[]? Key, byte[]? Certificate)
{
    // A SHA-256 in base64url without padding.
    private const int HashCharacters = 43;

    /// <summary>
    /// False when <c>cnf</c> is there and names nothing that the gateway can check. Null, in it and for it, counts as absent.
    /// </summary>
    public static bool TryRead(in KnownClaims claims, out TokenBinding? binding)
    {
        binding = null;
        if (!claims.TryGet(ClaimName.Cnf, out var cnf) || cnf.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (cnf.ValueKind != JsonValueKind.Object
            || !TryReadHash(cnf, "jkt"u8, out var key)
            || !TryReadHash(cnf, "x5t#S256"u8, out var certificate)
            || (key is null && certificate is null))
        {
            return false;
        }

        binding = new TokenBinding(key, certificate);
        return true;
    }

    private static bool TryReadHash(JsonElement cnf, ReadOnlySpan<byte> name, out byte[]? hash)
    {
        hash = null;
        if (!cnf.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        hash = new byte[SHA256.HashSizeInBytes];
        return member.ValueKind == JsonValueKind.String && member.GetString() is { Length: HashCharacters } text
            && Base64Url.DecodeFromChars(text, hash, out _, out var length) == OperationStatus.Done && length == hash.Length;
    }
}
