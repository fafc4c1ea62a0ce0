using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Gateway.Jose;

/// <summary>One verification key of an issuer. It is imported once and safe for concurrent use.</summary>
internal sealed class VerificationKey
{
    private readonly KeyType _type;
    private readonly string? _curve;
    // The `alg` of the JWK; null for every algorithm of the type.
    private readonly SignatureAlgorithm? _only;
    private readonly ImmutableArray<byte[]> _secrets;
    private readonly KeyPool? _pool;
    // The public numbers in one order, to compare keys by.
    private readonly byte[] _numbers;
    private readonly Ed25519Key? _ed25519;

    // Keys with the same kid. A signature by any of them is valid.
    private readonly ImmutableArray<VerificationKey> _choices = [];

    private VerificationKey(
        string? keyId, KeyType type, string? curve, SignatureAlgorithm? only, ImmutableArray<byte[]> secrets,
        Func<AsymmetricAlgorithm>? import,
        byte[] numbers, Ed25519Key? ed25519 = null)
    {
        KeyId = keyId;
        _type = type;
        _curve = curve;
        _only = only;
        _secrets = secrets;
        _pool = import is null ? null : new KeyPool(import);
        _numbers = numbers;
        _ed25519 = ed25519;
    }

    private VerificationKey(ImmutableArray<VerificationKey> choices)
        : this(choices[0].KeyId, choices[0]._type, choices[0]._curve, null, [], null, []) => _choices = choices;

    public string? KeyId { get; }

    /// <summary>True for shared secrets, which are configured and never come from a published set.</summary>
    public bool IsSecret => _type == KeyType.Secret;

    /// <summary>The algorithms whose signatures the key may verify.</summary>
    public IEnumerable<SignatureAlgorithm> Algorithms => SignatureAlgorithms.All.Where(Fits).Select(traits => traits.Algorithm);

    /// <exception cref="CryptographicException">The parameters are not a usable RSA key.</exception>
    public static VerificationKey Rsa(string? keyId, SignatureAlgorithm? only, RSAParameters parameters) =>
        new(
            keyId, KeyType.Rsa, null, only, [], () => RSA.Create(parameters),
            [(byte)parameters.Exponent!.Length, .. parameters.Exponent!, .. parameters.Modulus!]);

    /// <exception cref="CryptographicException">The point is not on the curve.</exception>
    public static VerificationKey Ec(string? keyId, SignatureAlgorithm? only, string curve, ECParameters parameters) =>
        new(keyId, KeyType.Ec, curve, only, [], () => ECDsa.Create(parameters), [.. parameters.Q.X!, .. parameters.Q.Y!]);

    /// <param name="numbers">The bytes of the key.</param>
    public static VerificationKey Ed25519(string? keyId, SignatureAlgorithm? only, Ed25519Key key, byte[] numbers) =>
        new(keyId, KeyType.Okp, Ed25519Key.Curve, only, [], null, numbers, key);

    /// <summary>The secrets of one issuer; while one replaces another, either verifies.</summary>
    public static VerificationKey Secrets(ImmutableArray<byte[]> secrets) => new(null, KeyType.Secret, null, null, secrets, null, []);

    /// <summary>Combines keys of one type with the same <c>kid</c>; each is tried.</summary>
    public static VerificationKey AnyOf(ImmutableArray<VerificationKey> choices) => new(choices);

    /// <summary>True when both keys of one set have the same id, algorithm and numbers.</summary>
    public bool IsDuplicateOf(VerificationKey other) => KeyId == other.KeyId && _only == other._only && IsSameAs(other);

    /// <summary>True when both verify exactly the same signatures, also under different ids.</summary>
    public bool IsSameAs(VerificationKey other) =>
        ReferenceEquals(this, other)
        || (_choices.Length == other._choices.Length
            && _choices.Zip(other._choices).All(pair => pair.First.IsSameAs(pair.Second))
            && _type == other._type
            && _curve == other._curve
            && _numbers.AsSpan().SequenceEqual(other._numbers)
            && _secrets.Length == other._secrets.Length
            && _secrets.Zip(other._secrets).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)));

    /// <summary>True when this key, or one of its choices, verifies every signature that the other key verifies.</summary>
    public bool Includes(VerificationKey other) => IsSameAs(other) || _choices.Any(choice => choice.IsSameAs(other));

    /// <summary>RFC 7518 section 3 and RFC 8725 section 3.1: type, curve and, where the key names one, the algorithm must agree.</summary>
    public bool Fits(AlgorithmTraits algorithm) =>
        _type == algorithm.KeyType
        && _curve == algorithm.Curve
        && (_only is null || _only == algorithm.Algorithm)
        && (_type != KeyType.Secret || _secrets.Any(secret => IsLongEnough(secret, algorithm)));

    /// <summary>
    /// False for every signature that is wrong or impossible; never throws for what a client sends. The algorithm must be one that
    /// <see cref="Fits"/>: a public RSA key that was used as an HMAC secret would let every client sign (key confusion, RFC 8725 section
    /// 2.1).
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature, AlgorithmTraits algorithm)
    {
        foreach (var choice in _choices)
        {
            if (choice.Verify(signingInput, signature, algorithm))
            {
                return true;
            }
        }

        if (!_choices.IsEmpty)
        {
            return false;
        }

        // ECDSA signatures are r and s at full length (RFC 7518 section 3.4), those of Ed25519 R and S; DER or extra bytes never reach the
        // crypto library.
        if (algorithm.SignatureLength != 0 && signature.Length != algorithm.SignatureLength)
        {
            return false;
        }

        if (_ed25519 is not null)
        {
            return _ed25519.Verify(signingInput, signature);
        }

        Span<byte> hash = stackalloc byte[algorithm.HashLength];
        if (_type == KeyType.Secret)
        {
            // All secrets are tried in constant time, so that the duration does not tell which one matched.
            var verified = false;
            foreach (var secret in _secrets)
            {
                CryptographicOperations.HmacData(algorithm.Hash, secret, signingInput, hash);
                verified |= IsLongEnough(secret, algorithm) && CryptographicOperations.FixedTimeEquals(hash, signature);
            }

            return verified;
        }

        CryptographicOperations.HashData(algorithm.Hash, signingInput, hash);
        var verifier = _pool!.Take();
        try
        {
            return verifier switch
            {
                // RFC 8017 section 8.1.2: the signature is as long as the modulus. The library also accepts a PSS signature without its
                // leading zero, which would be a second encoding of the same token.
                RSA rsa => signature.Length == (rsa.KeySize + 7) / 8 && rsa.VerifyHash(
                    hash, signature, algorithm.Hash, algorithm.IsPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
                ECDsa ecdsa => ecdsa.VerifyHash(hash, signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            // The library throws for some impossible signatures, such as r or s out of range. They are bad signatures.
            return false;
        }
        finally
        {
            _pool.Return(verifier);
        }
    }

    /// <summary>RFC 7518 section 3.2: at least as long as the hash.</summary>
    private static bool IsLongEnough(byte[] secret, AlgorithmTraits algorithm) => secret.Length >= algorithm.HashLength;
}
