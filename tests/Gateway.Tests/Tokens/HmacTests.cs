using System.Buffers.Text;
using System.Text;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 8725 section 2.1: a shared secret verifies only where it was configured, and a public key is never one.</summary>
public sealed class HmacTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];

    public static TheoryData<string> Algorithms => ["HS256", "HS384", "HS512"];

    public static TheoryData<string, string> ConfusedKeys
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var spelling in new[]
            {
                "pem", "pem-lf", "pem-crlf", "pem-one-line", "der", "der-base64", "jwk", "modulus", "modulus-text", "empty", "kid",
            })
            {
                foreach (var algorithm in Algorithms)
                {
                    cases.Add(spelling, algorithm);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(ConfusedKeys))]
    public void Public_key_is_no_secret(string spelling, string algorithm)
    {
        using var confused = SigningKey.Secret(Spell(spelling), TestKeys.Rsa.KeyId);
        var shop = new Shop();
        shop.Decide(shop.TokenSignedBy(confused, algorithm)).ShouldBe("unsupported_algorithm");

        // The second line of defence: even where HS is allowed by mistake, no published key can verify it.
        var careless = new Shop(profile => profile with { Algorithms = [.. SignatureAlgorithms.All.Select(traits => traits.Algorithm)] });
        careless.Decide(careless.TokenSignedBy(confused, algorithm)).ShouldBe("unknown_key");
        careless.Decide(careless.TokenSignedBy(confused, algorithm).WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Configured_secret_verifies(string algorithm)
    {
        using var key = SigningKey.Secret(Secret);
        var shop = WithSecret(Secret);

        shop.Decide(shop.TokenSignedBy(key, algorithm).WithoutHeader("kid")).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Other_secret_or_a_cut_or_longer_tag_is_a_bad_signature(string algorithm)
    {
        using var key = SigningKey.Secret(Secret);
        using var other = SigningKey.Secret([.. Secret[..^1], 0]);
        var shop = WithSecret(Secret);
        var token = shop.TokenSignedBy(key, algorithm).WithoutHeader("kid");

        shop.Decide(shop.TokenSignedBy(other, algorithm).WithoutHeader("kid")).ShouldBe("bad_signature");
        shop.Decide(SignedToken.Of(token, input => key.Sign(algorithm, input)[..^1])).ShouldBe("bad_signature");
        shop.Decide(SignedToken.Of(token, input => [.. key.Sign(algorithm, input), 0])).ShouldBe("bad_signature");
        shop.Decide(SignedToken.Of(token, input => key.Sign(algorithm, input)[..1])).ShouldBe("bad_signature");
        shop.Decide(SignedToken.Of(token, input => new byte[key.Sign(algorithm, input).Length])).ShouldBe("bad_signature");
    }

    [Theory]
    [InlineData(31, "HS256", "unknown_key")]
    [InlineData(32, "HS256", Shop.Accepted)]
    [InlineData(47, "HS384", "unknown_key")]
    [InlineData(48, "HS384", Shop.Accepted)]
    [InlineData(63, "HS512", "unknown_key")]
    [InlineData(64, "HS512", Shop.Accepted)]
    public void Secret_is_at_least_as_long_as_the_hash(int length, string algorithm, string decision)
    {
        using var key = SigningKey.Secret(Secret[..length]);
        var shop = WithSecret(Secret[..length]);

        shop.Decide(shop.TokenSignedBy(key, algorithm).WithoutHeader("kid")).ShouldBe(decision);
    }

    [Fact]
    public void Secret_never_verifies_an_asymmetric_algorithm()
    {
        var shop = WithSecret(Secret);

        shop.Decide(shop.Token().WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Fact]
    public void Published_symmetric_key_is_never_used()
    {
        using var published = SigningKey.Secret(Secret, "oct-1");
        var shop = new Shop(profile => profile with { Algorithms = [.. SignatureAlgorithms.All.Select(traits => traits.Algorithm)] });
        shop.Publish(published.ToJwk(), TestKeys.Rsa.ToJwk());

        shop.Decide(shop.TokenSignedBy(published, "HS256")).ShouldBe("unknown_key");
        shop.Decide(shop.TokenSignedBy(published, "HS256").WithoutHeader("kid")).ShouldBe("unknown_key");
        shop.Decide(shop.Token()).ShouldBe(Shop.Accepted);
    }

    private static Shop WithSecret(byte[] secret)
    {
        var shop = new Shop(profile => profile with { Algorithms = [.. SignatureAlgorithms.All.Select(traits => traits.Algorithm)] });
        shop.Profile.Keys.Replace(new KeyRing([VerificationKey.Secrets([secret])], []));
        return shop;
    }

    private static byte[] Spell(string spelling)
    {
        var der = TestKeys.Rsa.ExportPublicKey();
        var jwk = TestKeys.Rsa.ToJwk();
        var modulus = jwk["n"]!.GetValue<string>();
        var pem = System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", der);
        return spelling switch
        {
            "pem" => Encoding.ASCII.GetBytes(pem),
            "pem-lf" => Encoding.ASCII.GetBytes(pem + "\n"),
            "pem-crlf" => Encoding.ASCII.GetBytes(pem.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n"),
            "pem-one-line" => Encoding.ASCII.GetBytes(pem.Replace("\n", "", StringComparison.Ordinal)),
            "der" => der,
            "der-base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(der)),
            "jwk" => Encoding.ASCII.GetBytes(jwk.ToJsonString()),
            "modulus" => Base64Url.DecodeFromChars(modulus),
            "modulus-text" => Encoding.ASCII.GetBytes(modulus),
            "kid" => Encoding.ASCII.GetBytes(TestKeys.Rsa.KeyId),
            _ => [],
        };
    }
}
