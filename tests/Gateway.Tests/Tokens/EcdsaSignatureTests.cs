using System.Globalization;
using System.Numerics;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 7518 section 3.4: r and s at full length, each from 1 to n - 1, and nothing else.</summary>
public sealed class EcdsaSignatureTests
{
    // The orders of the groups, FIPS 186-4 appendix D.1.2.
    private static readonly Dictionary<string, BigInteger> Orders = new()
    {
        ["ES256"] = Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        ["ES384"] = Hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"),
        ["ES512"] = Hex(
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"),
    };

    private readonly Shop _shop = new();

    public static TheoryData<string> Algorithms => ["ES256", "ES384", "ES512"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Der_signature_is_a_bad_signature(string algorithm)
    {
        foreach (var indefinite in new[] { false, true })
        {
            Decide(algorithm, (r, s) => ToDer(r, s, indefinite)).ShouldBe("bad_signature");
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Zero_as_r_or_s_is_a_bad_signature(string algorithm)
    {
        Decide(algorithm, (_, _) => Join(algorithm, 0, 0)).ShouldBe("bad_signature");
        Decide(algorithm, (r, _) => Join(algorithm, r, 0)).ShouldBe("bad_signature");
        Decide(algorithm, (_, s) => Join(algorithm, 0, s)).ShouldBe("bad_signature");
        Decide(algorithm, (_, _) => Join(algorithm, 0, 1)).ShouldBe("bad_signature");
        Decide(algorithm, (_, _) => Join(algorithm, 1, 0)).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Order_or_more_as_r_or_s_is_a_bad_signature(string algorithm)
    {
        var n = Orders[algorithm];
        Decide(algorithm, (_, _) => Join(algorithm, n, n)).ShouldBe("bad_signature");
        Decide(algorithm, (r, _) => Join(algorithm, r, n)).ShouldBe("bad_signature");
        Decide(algorithm, (_, s) => Join(algorithm, n, s)).ShouldBe("bad_signature");
        Decide(algorithm, (_, _) => Join(algorithm, n - 1, n - 1)).ShouldBe("bad_signature");
        Decide(algorithm, (_, _) => Join(algorithm, n + 1, n + 1)).ShouldBe("bad_signature");
        Decide(algorithm, (_, _) => [.. Enumerable.Repeat((byte)0xFF, 2 * Length(algorithm))]).ShouldBe("bad_signature");
    }

    [Fact]
    public void Order_added_to_s_is_a_bad_signature()
    {
        // P-521 alone has room for s + n in its bytes: the same number modulo n, another spelling of the signature.
        Decide("ES512", (r, s) => Join("ES512", r, s + Orders["ES512"])).ShouldBe("bad_signature");
        Decide("ES512", (r, s) => Join("ES512", r + Orders["ES512"], s)).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Swapped_r_and_s_is_a_bad_signature(string algorithm)
    {
        Decide(algorithm, (r, s) => Join(algorithm, s, r)).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Shortened_or_widened_numbers_are_a_bad_signature(string algorithm)
    {
        Decide(algorithm, (r, s) => [.. Bytes(r, Length(algorithm) + 1), .. Bytes(s, Length(algorithm) + 1)]).ShouldBe("bad_signature");
        Decide(algorithm, (r, s) => [.. Join(algorithm, r, s), 0]).ShouldBe("bad_signature");
        Decide(algorithm, (r, s) => [0, .. Join(algorithm, r, s)]).ShouldBe("bad_signature");
        Decide(algorithm, (r, _) => Bytes(r, Length(algorithm))).ShouldBe("bad_signature");
        Decide(algorithm, (r, s) => Join(algorithm, r, s)[..^1]).ShouldBe("bad_signature");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Signature_taken_apart_and_joined_again_verifies(string algorithm)
    {
        Decide(algorithm, (r, s) => Join(algorithm, r, s)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("ES256", "ES384")]
    [InlineData("ES384", "ES256")]
    [InlineData("ES512", "ES384")]
    [InlineData("ES256", "RS256")]
    [InlineData("RS256", "ES256")]
    public void Key_of_another_type_or_curve_than_the_algorithm_is_unknown(string signedWith, string named)
    {
        _shop.Decide(_shop.Token(signedWith).WithHeader("alg", named)).ShouldBe("unknown_key");
    }

    [Fact]
    public void Right_curve_with_another_hash_is_unknown()
    {
        // The library lets a P-256 key verify ES384; RFC 7518 section 3.4 does not.
        var token = _shop.Token("ES256").WithHeader("alg", "ES384").SignedWith("ES384");

        _shop.Decide(token).ShouldBe("unknown_key");
    }

    private static BigInteger Hex(string digits) => BigInteger.Parse("0" + digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static int Length(string algorithm) => algorithm switch
    {
        "ES256" => 32,
        "ES384" => 48,
        _ => 66,
    };

    private static byte[] Bytes(BigInteger number, int length)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - bytes.Length], .. bytes];
    }

    private static byte[] Join(string algorithm, BigInteger r, BigInteger s) =>
        [.. Bytes(r, Length(algorithm)), .. Bytes(s, Length(algorithm))];

    private static byte[] ToDer(BigInteger r, BigInteger s, bool indefinite)
    {
        byte[] content = [.. Integer(r), .. Integer(s)];
        byte[] length = content.Length < 128 ? [(byte)content.Length] : [0x81, (byte)content.Length];
        return indefinite ? [0x30, 0x80, .. content, 0, 0] : [0x30, .. length, .. content];
    }

    private static byte[] Integer(BigInteger number)
    {
        var bytes = number.ToByteArray(isBigEndian: true);
        return [0x02, (byte)bytes.Length, .. bytes];
    }

    private string Decide(string algorithm, Func<BigInteger, BigInteger, byte[]> respell) =>
        _shop.Decide(SignedToken.Of(_shop.Token(algorithm), input =>
        {
            var signature = TestKeys.For(algorithm).Sign(algorithm, input);
            var half = signature.Length / 2;
            return respell(
                new BigInteger(signature.AsSpan(0, half), isUnsigned: true, isBigEndian: true),
                new BigInteger(signature.AsSpan(half), isUnsigned: true, isBigEndian: true));
        }));
}
