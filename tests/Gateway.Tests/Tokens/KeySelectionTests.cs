using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>
/// RFC 7517 section 4, RFC 7518 section 3, RFC 8725 section 3.1: one token, one key, and only for what the key is meant for.
/// </summary>
public sealed class KeySelectionTests
{
    private readonly Shop _shop = new();

    [Theory]
    [InlineData("RS256", "PS256")]
    [InlineData("PS256", "RS256")]
    [InlineData("RS256", "RS512")]
    [InlineData("PS512", "PS256")]
    public void Key_that_names_an_algorithm_verifies_no_other(string ofKey, string ofToken)
    {
        _shop.Publish(Jwk(TestKeys.Rsa, "alg", ofKey));

        _shop.Decide(_shop.Token(ofKey)).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.Token(ofToken)).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token(ofToken).WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("RS384")]
    [InlineData("PS512")]
    public void Rsa_key_that_names_no_algorithm_verifies_every_rsa_algorithm(string algorithm)
    {
        _shop.Publish(TestKeys.Rsa.ToJwk());

        _shop.Decide(_shop.Token(algorithm)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Unknown_key_id_is_not_tried_with_the_key_that_would_verify()
    {
        _shop.Publish(TestKeys.Rsa.ToJwk());

        _shop.Decide(_shop.Token().WithHeader("kid", "other")).ShouldBe("unknown_key");
    }

    [Fact]
    public void Key_id_of_another_key_is_checked_with_that_key_alone()
    {
        using var second = SigningKey.Rsa("rsa-2");
        _shop.Publish(TestKeys.Rsa.ToJwk(), second.ToJwk());

        _shop.Decide(_shop.Token().WithHeader("kid", "rsa-2")).ShouldBe("bad_signature");
        _shop.Decide(_shop.TokenSignedBy(second)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Token_without_key_id_is_accepted_when_one_key_fits()
    {
        _shop.Publish(TestKeys.Rsa.ToJwk(), TestKeys.P256.ToJwk(), TestKeys.P384.ToJwk());

        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.Token("ES256").WithoutHeader("kid")).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Token_without_key_id_is_not_tried_with_two_keys_that_fit()
    {
        using var second = SigningKey.Rsa("rsa-2");
        _shop.Publish(TestKeys.Rsa.ToJwk(), second.ToJwk());

        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe("unknown_key");
        _shop.Decide(_shop.TokenSignedBy(second).WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Fact]
    public void Token_without_key_id_is_told_apart_by_the_algorithm_of_the_keys()
    {
        using var second = SigningKey.Rsa("rsa-2");
        _shop.Publish(Jwk(TestKeys.Rsa, "alg", "RS256"), Jwk(second, "alg", "PS256"));

        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(second, "PS256").WithoutHeader("kid")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(second, "RS256").WithoutHeader("kid")).ShouldBe("bad_signature");
    }

    [Fact]
    public void Key_without_key_id_verifies_tokens_without_one()
    {
        var jwk = TestKeys.Rsa.ToJwk();
        jwk.Remove("kid");
        _shop.Publish(jwk);

        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.Token()).ShouldBe("unknown_key");
    }

    [Fact]
    public void Two_keys_with_one_key_id_and_type_are_both_tried()
    {
        using var third = SigningKey.Rsa(TestKeys.Rsa.KeyId);
        _shop.Publish(TestKeys.Rsa.ToJwk(), TestKeys.OtherRsa.ToJwk());

        _shop.Decide(_shop.Token()).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(TestKeys.OtherRsa)).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(third)).ShouldBe("bad_signature");
        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe("unknown_key");
    }

    [Fact]
    public void Four_keys_of_one_key_id_are_tried_at_most()
    {
        var keys = Enumerable.Range(0, 5).Select(_ => SigningKey.Ec("k")).ToArray();
        _shop.Publish([.. keys.Select(key => key.ToJwk())]);

        keys.Select(key => _shop.Decide(_shop.TokenSignedBy(key, "ES256")))
            .ShouldBe([Shop.Accepted, Shop.Accepted, Shop.Accepted, Shop.Accepted, "bad_signature"]);
    }

    [Fact]
    public void Same_key_twice_is_one_key()
    {
        _shop.Publish(TestKeys.Rsa.ToJwk(), TestKeys.Rsa.ToJwk(), Jwk(TestKeys.Rsa, "kid", "rsa-again"));

        _shop.Profile.Keys.Current.Keys.Length.ShouldBe(2);
        _shop.Decide(_shop.Token()).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.Token().WithHeader("kid", "rsa-again")).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Two_keys_with_one_key_id_are_told_apart_by_type_and_algorithm()
    {
        _shop.Publish(Jwk(TestKeys.Rsa, "kid", "k"), Jwk(TestKeys.P256, "kid", "k"), Jwk(TestKeys.P384, "kid", "k"));

        foreach (var algorithm in new[] { "RS256", "ES256", "ES384" })
        {
            _shop.Decide(_shop.Token(algorithm).WithHeader("kid", "k")).ShouldBe(Shop.Accepted);
        }
    }

    [Theory]
    [InlineData("use", "\"enc\"")]
    [InlineData("use", "\"SIG\"")]
    [InlineData("use", "null")]
    [InlineData("use", "[\"sig\"]")]
    [InlineData("key_ops", "[\"encrypt\"]")]
    [InlineData("key_ops", "[\"sign\"]")]
    [InlineData("key_ops", "[]")]
    [InlineData("key_ops", "\"verify\"")]
    [InlineData("key_ops", "[\"VERIFY\"]")]
    [InlineData("alg", "\"RSA-OAEP\"")]
    [InlineData("alg", "\"none\"")]
    [InlineData("alg", "\"rs256\"")]
    [InlineData("alg", "256")]
    [InlineData("kty", "\"rsa\"")]
    [InlineData("kty", "\"oct\"")]
    [InlineData("kty", "\"EC\"")]
    [InlineData("kty", "null")]
    [InlineData("kid", "1")]
    public void Key_that_is_not_meant_to_verify_is_not_there(string member, string json)
    {
        _shop.Publish(Jwk(TestKeys.Rsa, member, JsonNode.Parse(json)), TestKeys.P256.ToJwk());

        _shop.Decide(_shop.Token()).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token().WithoutHeader("kid")).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token("ES256")).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Key_operations_that_include_verify_are_fine()
    {
        _shop.Publish(Jwk(TestKeys.Rsa, "key_ops", new JsonArray("sign", "verify")));

        _shop.Decide(_shop.Token()).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2040)]
    public void Rsa_key_below_2048_bits_is_not_there(int bits)
    {
        using var small = SigningKey.Rsa("small", bits);
        _shop.Publish(small.ToJwk(), TestKeys.Rsa.ToJwk());

        _shop.Decide(_shop.TokenSignedBy(small)).ShouldBe("unknown_key");
        _shop.Decide(_shop.Token()).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Larger_rsa_key_verifies()
    {
        using var large = SigningKey.Rsa("large", 3072);
        _shop.Publish(large.ToJwk());

        _shop.Decide(_shop.TokenSignedBy(large)).ShouldBe(Shop.Accepted);
        _shop.Decide(_shop.TokenSignedBy(large, "PS512")).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Issuer_without_any_key_yet_cannot_be_decided()
    {
        _shop.Profile.Keys.Replace(KeyRing.Empty);

        _shop.Decide(_shop.Token()).ShouldBe("keys_unavailable");
    }

    [Fact]
    public void Token_that_is_bad_whatever_the_keys_is_rejected_while_there_are_none()
    {
        _shop.Profile.Keys.Replace(KeyRing.Empty);

        _shop.Decide(_shop.Token().With("exp", 1)).ShouldBe("expired");
        _shop.Decide(_shop.Token().With("iss", "https://other.example")).ShouldBe("unknown_issuer");
    }

    [Fact]
    public void Replaced_ring_is_the_only_one_that_counts()
    {
        using var second = SigningKey.Rsa("rsa-2");
        _shop.Publish(second.ToJwk());

        _shop.Decide(_shop.Token()).ShouldBe("unknown_key");
        _shop.Decide(_shop.TokenSignedBy(second)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void One_key_verifies_on_many_threads_at_once()
    {
        var good = _shop.Token().Build();
        var bad = _shop.TokenSignedBy(TestKeys.OtherRsa).Build();
        var ec = _shop.Token("ES256").Build();

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            _shop.Decide(good).ShouldBe(Shop.Accepted);
            _shop.Decide(i % 2 == 0 ? ec : bad).ShouldBe(i % 2 == 0 ? Shop.Accepted : "bad_signature");
        });
    }

    private static JsonObject Jwk(SigningKey key, string member, JsonNode? value)
    {
        var jwk = key.ToJwk();
        jwk[member] = value;
        return jwk;
    }
}
