using System.Buffers.Text;
using System.Security.Cryptography;
using Gateway.Foundation;
using NSec.Cryptography;

namespace Gateway.Jose;

/// <summary>
/// A private key that the gateway signs with: P-256 (ES256, RFC 7518 section 3.4) or Ed25519 (RFC 8037). Safe for any number of threads. It
/// never shows its private half.
/// </summary>
internal abstract class JwsSigner(string keyId, string algorithm, byte[] publicJwk)
{
    /// <summary>Bytes, for both algorithms.</summary>
    public const int SignatureLength = 64;

    public string KeyId => keyId;

    /// <summary>The JWS <c>alg</c>.</summary>
    public string Algorithm => algorithm;

    /// <summary>The JWK to publish, with public members only.</summary>
    public ReadOnlySpan<byte> PublicJwk => publicJwk;

    /// <summary>Whether the other key is this one, with the same name and algorithm.</summary>
    public bool IsSameAs(JwsSigner other) => PublicJwk.SequenceEqual(other.PublicJwk);

    /// <summary>The JWS in compact form (RFC 7515 section 3.1).</summary>
    /// <param name="type">The <c>typ</c>.</param>
    public string Sign(string type, ReadOnlySpan<byte> payload)
    {
        var header = Utf8Json.Object(json =>
        {
            json.WriteString("alg"u8, algorithm);
            json.WriteString("typ"u8, type);
            json.WriteString("kid"u8, keyId);
        });

        var headerLength = Base64Url.GetEncodedLength(header.Length);
        var inputLength = headerLength + 1 + Base64Url.GetEncodedLength(payload.Length);
        var text = new byte[inputLength + 1 + Base64Url.GetEncodedLength(SignatureLength)];
        Base64Url.EncodeToUtf8(header, text);
        text[headerLength] = (byte)'.';
        Base64Url.EncodeToUtf8(payload, text.AsSpan(headerLength + 1));
        Span<byte> signature = stackalloc byte[SignatureLength];
        SignData(text.AsSpan(0, inputLength), signature);
        text[inputLength] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, text.AsSpan(inputLength + 1));
        return System.Text.Encoding.ASCII.GetString(text);
    }

    /// <summary>Writes <see cref="SignatureLength"/> bytes.</summary>
    public abstract void SignData(ReadOnlySpan<byte> data, Span<byte> signature);

    /// <exception cref="CryptographicException">The parameters are not a key.</exception>
    public static JwsSigner Ec(string keyId, byte[] publicJwk, ECParameters parameters) => new EcSigner(keyId, publicJwk, parameters);

    /// <exception cref="CryptographicException">The seed is not a key.</exception>
    public static JwsSigner Ed25519(string keyId, string algorithm, byte[] publicJwk, byte[] seed) =>
        new Ed25519Signer(keyId, algorithm, publicJwk, seed);

    private sealed class EcSigner(string keyId, byte[] publicJwk, ECParameters parameters)
        : JwsSigner(keyId, nameof(SignatureAlgorithm.ES256), publicJwk)
    {
        private readonly KeyPool _pool = new(() => ECDsa.Create(parameters));

        public override void SignData(ReadOnlySpan<byte> data, Span<byte> signature)
        {
            var signer = (ECDsa)_pool.Take();
            try
            {
                // r and s at full length (RFC 7518 section 3.4), and not DER, the default of other APIs.
                signer.SignData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
            finally
            {
                _pool.Return(signer);
            }
        }
    }

    private sealed class Ed25519Signer : JwsSigner
    {
        private readonly Key _key;

        public Ed25519Signer(string keyId, string algorithm, byte[] publicJwk, byte[] seed)
            : base(keyId, algorithm, publicJwk) =>
                _key = Key.TryImport(NSec.Cryptography.SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, out var key)
                ? key!
                : throw new CryptographicException();

        public override void SignData(ReadOnlySpan<byte> data, Span<byte> signature) =>
            NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(_key, data, signature);
    }
}
