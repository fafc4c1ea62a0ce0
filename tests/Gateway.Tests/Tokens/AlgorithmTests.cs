using System.Buffers.Text;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 8725 sections 2.1, 3.1 and 3.2: which algorithms verify, and that nothing else does.</summary>
public sealed class AlgorithmTests
{
    private readonly Shop _shop = new();

    public static TheoryData<string> Algorithms =>
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Every_allowed_algorithm_verifies(string algorithm)
    {
        _shop.Decide(_shop.Token(algorithm)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Flipped_bit_anywhere_in_the_signature_is_a_bad_signature(string algorithm)
    {
        var token = _shop.Token(algorithm).Build();
        var dot = token.LastIndexOf('.');
        var signature = Base64Url.DecodeFromChars(token.AsSpan(dot + 1));
        foreach (var at in new[] { 0, 1, signature.Length / 2, signature.Length - 1 })
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var flipped = (byte[])signature.Clone();
                flipped[at] ^= (byte)(1 << bit);

                _shop.Decide($"{token[..dot]}.{Base64Url.EncodeToString(flipped)}").ShouldBe("bad_signature", $"byte {at} bit {bit}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Flipped_bit_in_the_payload_is_a_bad_signature(string algorithm)
    {
        var token = _shop.Token(algorithm);
        var parts = token.Build().Split('.');

        // "alice" and "amice" are one bit apart.
        var claims = token.Claims.ToJsonString().Replace("alice", "amice", StringComparison.Ordinal);

        _shop.Decide($"{parts[0]}.{TokenBuilder.Encode(claims)}.{parts[2]}").ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Flipped_bit_in_the_header_is_a_bad_signature(string algorithm)
    {
        var token = _shop.Token(algorithm).WithHeader("x", "a");
        var parts = token.Build().Split('.');

        _shop.Decide(
            $"{TokenBuilder.Encode(token.WithHeader("x", "c").Header.ToJsonString())}.{parts[1]}.{parts[2]}").ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Signature_of_another_length_is_a_bad_signature(string algorithm)
    {
        var token = _shop.Token(algorithm);
        foreach (Func<byte[], byte[]> change in new Func<byte[], byte[]>[]
        {
            s => s[1..], s => s[..^1], s => [0, .. s], s => [.. s, 0], s => [.. s, .. s], _ => [0],
        })
        {
            var changed = SignedToken.Of(token, input => change(TestKeys.For(algorithm).Sign(algorithm, input)));

            _shop.Decide(changed).ShouldBe("bad_signature");
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("none ")]
    [InlineData(" none")]
    [InlineData("none\0")]
    [InlineData("")]
    [InlineData("rs256")]
    [InlineData("Rs256")]
    [InlineData("RS256 ")]
    [InlineData("RS256,none")]
    [InlineData("RS1")]
    [InlineData("RS2560")]
    [InlineData("SHA256")]
    [InlineData("0")]
    [InlineData("ES256K")]
    [InlineData("Ed448")]
    [InlineData("eddsa")]
    [InlineData("EDDSA")]
    [InlineData("ED25519")]
    [InlineData("Ed25519ph")]
    [InlineData("RSA1_5")]
    [InlineData("RSA-OAEP")]
    [InlineData("dir")]
    [InlineData("A128KW")]
    [InlineData("PBES2-HS256+A128KW")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")]
    public void Algorithm_that_is_not_exactly_an_allowed_one_is_unsupported(string algorithm)
    {
        var token = _shop.Token().WithHeader("alg", algorithm);
        _shop.Decide(token).ShouldBe("unsupported_algorithm");
        _shop.Decide(SignedToken.Of(token, _ => [0])).ShouldBe("unsupported_algorithm");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("NONE")]
    [InlineData("RS256")]
    public void Unsigned_token_is_malformed_whatever_algorithm_it_names(string algorithm)
    {
        var parts = _shop.Token().WithHeader("alg", algorithm).Build().Split('.');

        _shop.Decide($"{parts[0]}.{parts[1]}.").ShouldBe("malformed");
        _shop.Decide($"{parts[0]}.{parts[1]}").ShouldBe("malformed");
    }

    [Fact]
    public void Missing_algorithm_is_unsupported()
    {
        _shop.Decide(_shop.Token().WithoutHeader("alg")).ShouldBe("unsupported_algorithm");
    }

    [Theory]
    [InlineData("256")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[\"RS256\"]")]
    [InlineData("{}")]
    public void Algorithm_that_is_not_a_string_is_malformed(string json)
    {
        _shop.DecideHeader("alg", json).ShouldBe("malformed");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Algorithm_that_the_issuer_may_not_use_is_unsupported(string algorithm)
    {
        var shop =
            new Shop(profile => profile with { Algorithms = [.. profile.Algorithms.Where(allowed => allowed.ToString() != algorithm)] });

        shop.Decide(shop.Token(algorithm)).ShouldBe("unsupported_algorithm");
    }

    [Theory]
    [InlineData("RS256", "PS256")]
    [InlineData("PS256", "RS256")]
    [InlineData("RS256", "RS384")]
    [InlineData("RS512", "RS256")]
    [InlineData("PS384", "PS512")]
    public void Header_that_names_another_algorithm_than_the_signature_is_a_bad_signature(string signedWith, string named)
    {
        _shop.Decide(_shop.Token(signedWith).WithHeader("alg", named)).ShouldBe("bad_signature");
    }

    [Fact]
    public void Signature_of_a_stranger_under_the_right_key_id_is_a_bad_signature()
    {
        _shop.Decide(_shop.TokenSignedBy(TestKeys.OtherRsa)).ShouldBe("bad_signature");
        _shop.Decide(_shop.TokenSignedBy(TestKeys.OtherP256, "ES256")).ShouldBe("bad_signature");
    }

    [Fact]
    public void Signature_of_another_token_is_a_bad_signature()
    {
        var one = _shop.Token().Build();
        var two = _shop.Token().With("sub", "bob").Build();

        _shop.Decide(two[..two.LastIndexOf('.')] + one[one.LastIndexOf('.')..]).ShouldBe("bad_signature");
    }
}
