using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>Key pairs made once for the run: the issuer's own, and strangers' of the same types and key ids.</summary>
internal static class TestKeys
{
    public static readonly SigningKey Rsa = SigningKey.Rsa("rsa-1");
    public static readonly SigningKey P256 = SigningKey.Ec("ec-256", "nistP256");
    public static readonly SigningKey P384 = SigningKey.Ec("ec-384", "nistP384");
    public static readonly SigningKey P521 = SigningKey.Ec("ec-521", "nistP521");

    public static readonly SigningKey Ed25519 = SigningKey.Ed25519("ed-1");

    public static readonly SigningKey OtherRsa = SigningKey.Rsa("rsa-1");
    public static readonly SigningKey OtherP256 = SigningKey.Ec("ec-256", "nistP256");

    public static SigningKey For(string algorithm) => algorithm switch
    {
        "ES256" => P256,
        "ES384" => P384,
        "ES512" => P521,
        "Ed25519" or "EdDSA" => Ed25519,
        _ => Rsa,
    };
}
