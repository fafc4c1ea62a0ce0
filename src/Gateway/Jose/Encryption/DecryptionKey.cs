using System.Security.Cryptography;
using Library = global::Jose;

namespace Gateway.Jose.Encryption;

/// <summary>One of our private keys. Safe for any number of threads. The cryptography is that of jose-jwt, over .NET's.</summary>
internal sealed class DecryptionKey
{
    private static readonly Library.JwtSettings Settings = new();

    private readonly KeyType _type;
    private readonly string? _curve;
    private readonly KeyManagement? _only;
    // For `dir` only; then there is no pool.
    private readonly byte[]? _secret;
    private readonly ContentEncryptionTraits? _onlyContent;
    private readonly KeyPool? _pool;

    private DecryptionKey(
        string? keyId, KeyType type, string? curve, KeyManagement? only, Func<AsymmetricAlgorithm>? import, byte[]? secret = null,
        ContentEncryptionTraits? onlyContent = null)
    {
        KeyId = keyId;
        _type = type;
        _curve = curve;
        _only = only;
        _secret = secret;
        _onlyContent = onlyContent;
        _pool = import is null ? null : new KeyPool(import);
    }

    public string? KeyId { get; }

    /// <summary>For people: what the key is for.</summary>
    public IEnumerable<string> Algorithms => EncryptionAlgorithms.KeyManagements
        .Where(traits => traits.KeyType == _type && (_only is null || _only == traits.Algorithm)).Select(traits => traits.Name);

    /// <exception cref="CryptographicException">The parameters are not an RSA key.</exception>
    public static DecryptionKey Rsa(string? keyId, KeyManagement? only, RSAParameters parameters) =>
        new(keyId, KeyType.Rsa, null, only, () => RSA.Create(parameters));

    /// <exception cref="CryptographicException">The parameters are not a key of the curve.</exception>
    public static DecryptionKey Ec(string? keyId, KeyManagement? only, string curve, ECParameters parameters) =>
        new(keyId, KeyType.Ec, curve, only, () => ECDiffieHellman.Create(parameters));

    /// <summary>A secret that the issuer has too, for <c>dir</c>.</summary>
    /// <param name="only">The <c>enc</c> that the key names; null for all of its length.</param>
    public static DecryptionKey Secret(string? keyId, byte[] secret, ContentEncryptionTraits? only) =>
        new(keyId, KeyType.Secret, null, null, null, secret, only);

    /// <summary>
    /// Whether the token may be encrypted for this key: type, curve, length and, where either names one, algorithm and id agree.
    /// </summary>
    public bool Fits(EncryptionHeader header) =>
        _type == header.KeyManagement.KeyType
        && _curve == header.Curve
        && (_only is null || _only == header.KeyManagement.Algorithm)
        && (_onlyContent is null || _onlyContent == header.ContentEncryption)
        && (_secret is null || _secret.Length == header.ContentEncryption.KeyLength)
        && (KeyId is null || header.KeyId is null || KeyId == header.KeyId);

    /// <summary>
    /// The content, or null. It does not tell why not: a client that sends tokens that do not decrypt must learn nothing from it.
    /// </summary>
    public byte[]? Decrypt(string token, EncryptionHeader header)
    {
        var key = _pool?.Take();
        try
        {
            return Library.JWE.Decrypt(
                token, (object?)key ?? _secret, header.KeyManagement.Library, header.ContentEncryption.Library, Settings).PlaintextBytes;
        }
#pragma warning disable CA1031 // The library has many exceptions for what a client can send, and no list of them: all mean the same.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
        finally
        {
            if (key is not null)
            {
                _pool!.Return(key);
            }
        }
    }
}
