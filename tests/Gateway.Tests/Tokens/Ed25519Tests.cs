using System.Buffers.Text;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>Ed25519 (RFC 8032) in tokens and key sets (RFC 8037, RFC 9864).</summary>
public sealed class Ed25519Tests
{
    // The key and the signed text of RFC 8037 appendix A.
    private const string X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private const string D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    private const string SigningInput = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    private const string Signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    // The order of the group, RFC 8032 section 5.1.
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private readonly Shop _shop = new();

    [Fact]
    public void Example_of_rfc_8037_is_made_and_verified()
    {
        using var key = SigningKey.Ed25519("example", Base64Url.DecodeFromChars(D));
        key.ToJwk()["x"]!.GetValue<string>().ShouldBe(X);
        Base64Url.EncodeToString(key.Sign("EdDSA", Encoding.ASCII.GetBytes(SigningInput))).ShouldBe(Signature);

        var ring = Shop.RingOf(JwkOf(X));
        TokenParts.IsSigned($"{SigningInput}.{Signature}", SignatureAlgorithms.Find("EdDSA")!, ring.Keys[0]).ShouldBeTrue();
        TokenParts.IsSigned($"{SigningInput[..^1]}n.{Signature}", SignatureAlgorithms.Find("EdDSA")!, ring.Keys[0]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("EdDSA", null)]
    [InlineData("Ed25519", null)]
    [InlineData("EdDSA", "EdDSA")]
    [InlineData("Ed25519", "EdDSA")]
    [InlineData("EdDSA", "Ed25519")]
    [InlineData("Ed25519", "Ed25519")]
    public void Both_names_mean_the_same_in_header_and_key(string inHeader, string? inKey)
    {
        var jwk = TestKeys.Ed25519.ToJwk();
        if (inKey is not null)
        {
            jwk["alg"] = inKey;
        }

        _shop.Publish(jwk);

        _shop.Decide(_shop.Token(inHeader)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Issuer_accepts_it_only_where_it_is_listed()
    {
        var shop = new Shop(profile => profile with { Algorithms = new(Gateway.Issuers.IssuerCheck.DefaultAlgorithms) });

        shop.Decide(shop.Token("EdDSA")).ShouldBe("unsupported_algorithm");
        shop.Decide(shop.Token("Ed25519")).ShouldBe("unsupported_algorithm");
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public void Key_of_another_algorithm_never_verifies_it(string algorithm)
    {
        _shop.Decide(_shop.Token("EdDSA").WithHeader("kid", TestKeys.For(algorithm).KeyId)).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token(algorithm).WithHeader("kid", TestKeys.Ed25519.KeyId)).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token(algorithm).WithHeader("kid", TestKeys.Ed25519.KeyId).WithHeader("alg", "EdDSA")).ShouldBe("bad_signature");
    }

    [Fact]
    public void S_that_is_not_below_the_order_is_a_bad_signature()
    {
        var token = _shop.Token("EdDSA");
        for (var times = 1; times <= 8; times++)
        {
            var added = Order * times;
            _shop.Decide(SignedToken.Of(token, input => WithS(Sign(input), s => s + added))).ShouldBe("bad_signature", $"S + {times} L");
        }

        _shop.Decide(SignedToken.Of(token, input => WithS(Sign(input), s => s))).ShouldBe(Shop.Accepted);
        _shop.Decide(SignedToken.Of(token, input => WithS(Sign(input), s => Order - s))).ShouldBe("bad_signature");
        _shop.Decide(SignedToken.Of(token, input => WithS(Sign(input), _ => 0))).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(PointsOfSmallOrder))]
    public void R_of_small_order_is_a_bad_signature(string point)
    {
        foreach (var s in new[] { 0, 1 })
        {
            var rest = new byte[32];
            rest[0] = (byte)s;
            _shop.Decide(SignedToken.Of(_shop.Token("EdDSA"), _ => [.. Convert.FromHexString(point), .. rest])).ShouldBe("bad_signature");
        }

        _shop.Decide(
            SignedToken.Of(
                _shop.Token("EdDSA"), input => [.. Convert.FromHexString(point), .. Sign(input)[32..]])).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(PointsOfSmallOrder))]
    public void Key_of_small_order_is_skipped_and_would_verify_nothing(string point)
    {
        var bytes = Convert.FromHexString(point);
        foreach (var sign in new byte[] { 0, 0x80 })
        {
            bytes[31] = (byte)((bytes[31] & 0x7f) | sign);
            SkippedWith(Base64Url.EncodeToString(bytes)).ShouldContain("no point of the curve");
        }
    }

    // RFC 8032 section 5.1.3: y of p and more, and y without an x.
    [Theory]
    [InlineData("efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0700000000000000000000000000000000000000000000000000000000000000")]
    public void Key_off_the_curve_is_skipped(string point) =>
        SkippedWith(Base64Url.EncodeToString(Convert.FromHexString(point))).ShouldContain("no point of the curve");

    [Theory]
    [InlineData("")]
    [InlineData("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ")]
    [InlineData("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA")]
    [InlineData("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    [InlineData("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp")]
    [InlineData("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    [InlineData(" 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    public void Key_in_another_form_is_skipped(string x) => SkippedWith(x).ShouldContain("`x` of 32 bytes");

    [Fact]
    public void Keys_that_are_generated_are_usable()
    {
        for (var i = 0; i < 64; i++)
        {
            using var key = SigningKey.Ed25519();
            Shop.RingOf(key.ToJwk()).Keys.ShouldHaveSingleItem().Algorithms.ShouldBe([SignatureAlgorithm.Ed25519]);
        }
    }

    [Fact]
    public void Key_that_publishes_its_private_half_is_skipped()
    {
        var jwk = JwkOf(X);
        jwk["d"] = D;

        var skipped = Shop.RingOf(jwk, TestKeys.Rsa.ToJwk()).Skipped.ShouldHaveSingleItem();
        skipped.Why.ShouldContain("private half");
        skipped.ToString().ShouldNotContain(D);
    }

    [Fact]
    public void Keys_of_one_id_are_tried_in_turn_and_the_same_key_twice_is_one()
    {
        using var other = SigningKey.Ed25519(TestKeys.Ed25519.KeyId);
        _shop.Publish(other.ToJwk(), TestKeys.Ed25519.ToJwk(), TestKeys.Ed25519.ToJwk());

        _shop.Profile.Keys.Current.Keys.Length.ShouldBe(2);
        _shop.Decide(_shop.Token("EdDSA")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(other, "EdDSA")).ShouldBe(Shop.Accepted);

        _shop.Publish(other.ToJwk());
        _shop.Decide(_shop.Token("EdDSA")).ShouldBe("bad_signature");
    }

    public static TheoryData<string> PointsOfSmallOrder =>
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    private static JsonObject JwkOf(string x) => new() { ["kid"] = "ed", ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = x };

    private static string SkippedWith(string x) => Shop.RingOf(JwkOf(x), TestKeys.Rsa.ToJwk()).Skipped.ShouldHaveSingleItem().Why;

    private static byte[] Sign(byte[] input) => TestKeys.Ed25519.Sign("EdDSA", input);

    private static byte[] WithS(byte[] signature, Func<BigInteger, BigInteger> change)
    {
        var s = change(new BigInteger(signature.AsSpan(32), isUnsigned: true)).ToByteArray(isUnsigned: true);
        return [.. signature[..32], .. s, .. new byte[32 - s.Length]];
    }
}
