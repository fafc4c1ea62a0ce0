using System.Collections.Immutable;
using Library = global::Jose;

namespace Gateway.Jose.Encryption;

/// <summary>How the key that the content is encrypted with is found (RFC 7518 section 4.1). The gateway knows these only.</summary>
internal enum KeyManagement
{
    RsaOaep256,
    EcdhEs,
    EcdhEsA128Kw,
    EcdhEsA256Kw,
    Direct,
}

/// <param name="Name">The JWE <c>alg</c>.</param>
/// <param name="HasEncryptedKey">Whether the second part of the token holds a key; where it does not, it must be empty (RFC 7516 section
/// 5.2).</param>
internal sealed record KeyManagementTraits(
    KeyManagement Algorithm, string Name, KeyType KeyType, bool HasEncryptedKey, Library.JweAlgorithm Library);

/// <param name="Name">The JWE <c>enc</c>.</param>
/// <param name="KeyLength">Bytes of the content encryption key.</param>
/// <param name="VectorLength">Bytes of the initialization vector.</param>
/// <param name="TagLength">Bytes of the authentication tag. A shorter tag would be easier to forge, so no other length is accepted.</param>
internal sealed record ContentEncryptionTraits(string Name, int KeyLength, int VectorLength, int TagLength, Library.JweEncryption Library);

/// <summary>
/// The tables of what a token may be encrypted with. Not in them, for good: RSA1_5 and RSA-OAEP with SHA-1, whose padding is an oracle or
/// old; PBES2, whose cost the client chooses; and keys that are wrapped with a shared one.
/// </summary>
internal static class EncryptionAlgorithms
{
    public static readonly ImmutableArray<KeyManagementTraits> KeyManagements =
    [
        new(KeyManagement.RsaOaep256, "RSA-OAEP-256", KeyType.Rsa, true, Library.JweAlgorithm.RSA_OAEP_256),
        new(KeyManagement.EcdhEs, "ECDH-ES", KeyType.Ec, false, Library.JweAlgorithm.ECDH_ES),
        new(KeyManagement.EcdhEsA128Kw, "ECDH-ES+A128KW", KeyType.Ec, true, Library.JweAlgorithm.ECDH_ES_A128KW),
        new(KeyManagement.EcdhEsA256Kw, "ECDH-ES+A256KW", KeyType.Ec, true, Library.JweAlgorithm.ECDH_ES_A256KW),
        new(KeyManagement.Direct, "dir", KeyType.Secret, false, Library.JweAlgorithm.DIR),
    ];

    public static readonly ImmutableArray<ContentEncryptionTraits> ContentEncryptions =
    [
        new("A128GCM", 16, 12, 16, Library.JweEncryption.A128GCM),
        new("A256GCM", 32, 12, 16, Library.JweEncryption.A256GCM),
        new("A128CBC-HS256", 32, 16, 16, Library.JweEncryption.A128CBC_HS256),
        new("A256CBC-HS512", 64, 16, 32, Library.JweEncryption.A256CBC_HS512),
    ];

    /// <summary>Exact, case-sensitive match.</summary>
    public static KeyManagementTraits? FindKeyManagement(string? name) => KeyManagements.FirstOrDefault(traits => traits.Name == name);

    /// <summary>Exact, case-sensitive match.</summary>
    public static ContentEncryptionTraits? FindContentEncryption(string? name) =>
        ContentEncryptions.FirstOrDefault(traits => traits.Name == name);
}
