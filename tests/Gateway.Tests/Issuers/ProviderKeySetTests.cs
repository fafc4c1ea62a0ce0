using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Issuers;

/// <summary>Key sets in the shapes that providers document, with keys of our own in them.</summary>
public sealed class ProviderKeySetTests
{
    private static readonly SigningKey First = SigningKey.Rsa("first");
    private static readonly SigningKey Second = SigningKey.Rsa("second");
    private static readonly string Certificate = SelfSigned();

    public static TheoryData<string> Providers => ["Entra", "Google", "Okta", "Auth0", "Cognito", "Keycloak", "Apple"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Signing_keys_of_a_provider_are_all_read_and_verify(string provider)
    {
        var shop = new Shop();
        shop.Publish(KeysOf(provider));

        foreach (var key in new[] { First, Second })
        {
            shop.Decide(shop.TokenSignedBy(key)).ShouldBe(Shop.Accepted);
            shop.Decide(shop.TokenSignedBy(key).WithoutHeader("kid")).ShouldBe("unknown_key");
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Key_of_a_provider_that_names_its_algorithm_verifies_no_other(string provider)
    {
        var shop = new Shop();
        shop.Publish(KeysOf(provider));

        shop.Decide(shop.TokenSignedBy(First, "PS256")).ShouldBe(provider == "Entra" ? Shop.Accepted : "unknown_key");
    }

    [Fact]
    public void Encryption_key_of_keycloak_is_skipped()
    {
        var ring = Shop.RingOf(KeysOf("Keycloak"));

        ring.Keys.Length.ShouldBe(2);
        ring.Skipped.ShouldHaveSingleItem().Why.ShouldContain("`use`");
    }

    [Fact]
    public void Keycloak_with_several_algorithms_on_one_realm_is_read_whole()
    {
        var ec = Member(TestKeys.P256, ("alg", "ES256"), ("x5t", "AAAA"));
        var shop = new Shop();
        shop.Publish([.. KeysOf("Keycloak"), ec]);

        shop.Decide(shop.Token("ES256")).ShouldBe(Shop.Accepted);
        shop.Decide(shop.TokenSignedBy(First)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData(null)]
    public void Key_with_only_a_certificate_is_the_key_of_the_leaf(string? type)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var first = new CertificateRequest(
            "CN=rsa", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddDays(1));
        using var second = new CertificateRequest("CN=ec", ec, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));

        var jwk = new JsonObject { ["kid"] = "rsa", ["x5c"] = new JsonArray(Convert.ToBase64String(first.RawData), Certificate) };
        if (type is not null)
        {
            jwk["kty"] = type;
        }

        var ring = Shop.RingOf(
            jwk,
            new JsonObject { ["kty"] = "EC", ["kid"] = "ec", ["x5c"] = new JsonArray(Convert.ToBase64String(second.RawData)) });

        var numbers = rsa.ExportParameters(false);
        ring.Skipped.ShouldBeEmpty();
        ring.Keys[0].IsSameAs(VerificationKey.Rsa("x", null, numbers)).ShouldBeTrue();
        ring.Keys[1].IsSameAs(VerificationKey.Ec("x", null, "P-256", ec.ExportParameters(false))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("RSA", "\"no certificate\"")]
    [InlineData("RSA", "\"AAAA\"")]
    [InlineData("RSA", "7")]
    [InlineData("EC", null)]
    [InlineData("oct", null)]
    [InlineData("OKP", null)]
    public void Key_with_an_invalid_certificate_or_one_of_another_key_type_is_skipped(string type, string? leaf)
    {
        var chain = leaf is null ? new JsonArray(Certificate) : JsonNode.Parse($"[{leaf}]");
        var ring = Shop.RingOf(new JsonObject { ["kty"] = type, ["kid"] = "x", ["x5c"] = chain }, First.ToJwk());

        ring.Skipped.ShouldHaveSingleItem().Key.ShouldBe("key \"x\"");
        ring.Keys.ShouldHaveSingleItem();
    }

    [Fact]
    public void Same_key_twice_is_one_key()
    {
        var shop = new Shop();
        var jwk = First.ToJwk();
        shop.Publish([jwk, jwk.DeepClone(), Second.ToJwk(), jwk.DeepClone()]);

        shop.Decide(shop.TokenSignedBy(First)).ShouldBe(Shop.Accepted);
        shop.Decide(shop.TokenSignedBy(Second)).ShouldBe(Shop.Accepted);
        Shop.RingOf([jwk.DeepClone(), jwk.DeepClone()]).Keys.ShouldHaveSingleItem();
    }

    [Fact]
    public void Numbers_with_a_leading_zero_or_padding_are_the_same_key()
    {
        var jwk = First.ToJwk();
        var modulus = Base64Url.DecodeFromChars(jwk["n"]!.GetValue<string>());
        jwk["n"] = Base64Url.EncodeToString([0, .. modulus]);
        var shop = new Shop();
        shop.Publish(jwk);

        shop.Decide(shop.TokenSignedBy(First)).ShouldBe(Shop.Accepted);
    }

    private static JsonNode?[] KeysOf(string provider) => provider switch
    {
        // Entra names no algorithm, and in its common set the issuer each key is for.
        "Entra" =>
        [
            Member(
                First, ("x5t", "first"), ("x5c", null), ("cloud_instance_name", "microsoftonline.com"),
                ("issuer", "https://login.microsoftonline.com/{tenantid}/v2.0")),
            Member(
                Second, ("x5t", "second"), ("x5c", null), ("cloud_instance_name", "microsoftonline.com"),
                ("issuer", "https://login.microsoftonline.com/{tenantid}/v2.0")),
        ],
        "Auth0" =>
        [
            Member(First, ("alg", "RS256"), ("x5t", "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg"), ("x5c", null)),
            Member(Second, ("alg", "RS256"), ("x5t", "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg"), ("x5c", null)),
        ],
        "Keycloak" =>
        [
            Member(First, ("alg", "RS256"), ("x5c", null), ("x5t", "AAAA"), ("x5t#S256", "AAAA")),
            Member(TestKeys.Rsa, ("alg", "RSA-OAEP"), ("use", "enc"), ("x5c", null), ("x5t", "AAAA"), ("x5t#S256", "AAAA")),
            Member(Second, ("alg", "RS256"), ("x5c", null), ("x5t", "AAAA"), ("x5t#S256", "AAAA")),
        ],
        // Google, Okta, Cognito and Apple: kty, kid, use, alg, n and e, in different orders.
        _ => [Member(First, ("alg", "RS256")), Member(Second, ("alg", "RS256"))],
    };

    private static JsonObject Member(SigningKey key, params (string Name, string? Value)[] members)
    {
        var jwk = key.ToJwk();
        foreach (var (name, value) in members)
        {
            jwk[name] = name == "x5c" ? new JsonArray(Certificate) : value;
        }

        return jwk;
    }

    private static string SelfSigned()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=login", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now, now + TimeSpan.FromDays(1));
        return Convert.ToBase64String(certificate.RawData);
    }
}
