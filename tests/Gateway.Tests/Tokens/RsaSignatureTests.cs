using System.Buffers.Text;
using System.Security.Cryptography;

namespace Gateway.Tests.Tokens;

/// <summary>
/// RFC 8017 sections 8.1.2 and 8.2.2: one message has one PKCS#1 v1.5 block, and PSS has the salt and mask that JWA fixes.
/// </summary>
public sealed class RsaSignatureTests
{
    // From the hash of the signing input to a block that is not EMSA-PKCS1-v1_5, in the ways that careless verifiers overlook.
    private static readonly Dictionary<string, Func<byte[], byte[]>> Pkcs1Blocks = new()
    {
        ["hash without digest info"] = RawRsa.Pkcs1Block,
        ["digest info without NULL"] = hash =>
            RawRsa.Pkcs1Block([.. Convert.FromHexString("302F300B0609608648016503040201"), 0x04, 0x20, .. hash]),
        ["digest info of SHA-1"] = hash => RawRsa.Pkcs1Block([.. Convert.FromHexString("3021300906052B0E03021A05000414"), .. hash[..20]]),
        ["digest info of SHA-512"] = hash =>
            RawRsa.Pkcs1Block([.. Convert.FromHexString("3051300D060960864801650304020305000440"), .. hash, .. hash]),
        ["digest info of another object"] = hash =>
            RawRsa.Pkcs1Block([.. Convert.FromHexString("3031300D060960864801650304020205000420"), .. hash]),
        ["long form of a length"] = hash =>
            RawRsa.Pkcs1Block([.. Convert.FromHexString("308131300D060960864801650304020105000420"), .. hash]),
        ["parameters other than NULL"] = hash =>
            RawRsa.Pkcs1Block([.. Convert.FromHexString("3033300F0609608648016503040201050204000420"), .. hash]),
        ["byte after the hash"] = hash => RawRsa.Pkcs1Block([.. RawRsa.Sha256Info, .. hash, 0]),
        ["garbage after the hash"] = hash =>
            [0, 1, .. RawRsa.Fill(8, 0xFF), 0, .. RawRsa.Sha256Info, .. hash, .. RawRsa.Fill(RawRsa.Length - 62, 0x5A)],
        ["garbage before the hash"] = hash =>
            [0, 1, .. RawRsa.Fill(8, 0xFF), 0, .. RawRsa.Fill(RawRsa.Length - 62, 0x5A), .. RawRsa.Sha256Info, .. hash],
        ["hash alone at the end"] = hash => [.. new byte[RawRsa.Length - 32], .. hash],
        ["block type 0"] = hash => Respelled(hash, block => block[1] = 0),
        ["block type 2"] = hash => Respelled(hash, block => block[1] = 2),
        ["first byte not zero"] = hash => Respelled(hash, block => block[0] = 1),
        ["padding byte FE"] = hash => Respelled(hash, block => block[100] = 0xFE),
        ["padding byte 00"] = hash => Respelled(hash, block => block[100] = 0),
        ["padding of zeros"] = hash => Respelled(hash, block => block.AsSpan(2, RawRsa.Length - 54).Clear()),
        ["separator not zero"] = hash => Respelled(hash, block => block[RawRsa.Length - 52] = 0xFF),
        ["hash off by a bit"] = hash => Respelled(hash, block => block[^1] ^= 1),
        ["hash of zeros"] = hash => Respelled(hash, block => block.AsSpan(RawRsa.Length - 32).Clear()),
    };

    private readonly Shop _shop = new();

    public RsaSignatureTests() => _shop.Publish(RawRsa.Jwk);

    public static TheoryData<string> Pkcs1Deviations => [.. Pkcs1Blocks.Keys];

    public static TheoryData<int> WrongSaltLengths => [0, 1, 20, 31, 33, 48, 64, 222];

    [Fact]
    public void Pkcs1_block_made_by_hand_verifies()
    {
        DecidePkcs1(hash => RawRsa.Pkcs1Block([.. RawRsa.Sha256Info, .. hash])).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [MemberData(nameof(Pkcs1Deviations))]
    public void Pkcs1_block_with_any_deviation_is_a_bad_signature(string deviation)
    {
        DecidePkcs1(Pkcs1Blocks[deviation]).ShouldBe("bad_signature");
    }

    [Fact]
    public void Every_stretch_of_the_pkcs1_padding_counts()
    {
        for (var at = 2; at < RawRsa.Length - 32; at += 20)
        {
            DecidePkcs1(hash => Respelled(hash, block => block[at] ^= 0x10)).ShouldBe("bad_signature", $"byte {at}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Signature_that_is_a_fixed_point_of_rsa_is_a_bad_signature(byte number)
    {
        byte[] signature = [.. new byte[RawRsa.Length - 1], number];

        Decide("RS256", _ => signature).ShouldBe("bad_signature");
        Decide("PS256", _ => signature).ShouldBe("bad_signature");
    }

    [Fact]
    public void Signature_not_smaller_than_the_modulus_is_a_bad_signature()
    {
        var token = _shop.Token().WithHeader("kid", "raw");
        for (var attempt = 0; ; attempt++)
        {
            // Only a signature that happens to be small has room for the modulus; each `attempt` gives another one.
            byte[]? larger = null;
            var text = SignedToken.Of(token.With("attempt", attempt), input =>
            {
                var signature = RawRsa.Sign(RawRsa.Pkcs1Block([.. RawRsa.Sha256Info, .. SHA256.HashData(input)]));
                larger = RawRsa.PlusModulus(signature);
                return larger ?? signature;
            });

            _shop.Decide(text).ShouldBe(larger is null ? Shop.Accepted : "bad_signature");
            if (larger is not null)
            {
                return;
            }
        }
    }

    [Fact]
    public void Pss_signature_without_its_leading_zero_is_a_bad_signature()
    {
        var shop = new Shop();
        var key = TestKeys.For("PS256");
        byte[]? full = null;
        // PSS is salted, so that one signature in 256 begins with a zero byte; the library accepts it without that byte too.
        var text = SignedToken.Of(shop.Token("PS256"), input =>
        {
            do
            {
                full = key.Sign("PS256", input);
            }
            while (full[0] != 0);
            return full[1..];
        });

        shop.Decide(text).ShouldBe("bad_signature");
        shop.Decide(text[..(text.LastIndexOf('.') + 1)] + Base64Url.EncodeToString(full)).ShouldBe(Shop.Accepted);
    }

    [Fact]
    public void Negated_signature_and_all_ones_are_bad_signatures()
    {
        Decide(
            "RS256",
            input =>
                RawRsa.Negated(
                    RawRsa.Sign(RawRsa.Pkcs1Block([.. RawRsa.Sha256Info, .. SHA256.HashData(input)])))).ShouldBe("bad_signature");
        Decide("RS256", _ => [.. RawRsa.Fill(RawRsa.Length, 0xFF)]).ShouldBe("bad_signature");
    }

    [Fact]
    public void Pss_block_made_by_hand_with_the_salt_of_the_hash_verifies()
    {
        DecidePss(input => RawRsa.PssBlock(input, 32, HashAlgorithmName.SHA256)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [MemberData(nameof(WrongSaltLengths))]
    public void Pss_salt_of_another_length_than_the_hash_is_a_bad_signature(int length)
    {
        // RFC 7518 section 3.5: the size of the salt is the size of the hash.
        DecidePss(input => RawRsa.PssBlock(input, length, HashAlgorithmName.SHA256)).ShouldBe("bad_signature");
    }

    [Theory]
    [InlineData("SHA1")]
    [InlineData("SHA384")]
    [InlineData("SHA512")]
    public void Pss_mask_with_another_hash_is_a_bad_signature(string mask)
    {
        DecidePss(input => RawRsa.PssBlock(input, 32, new HashAlgorithmName(mask))).ShouldBe("bad_signature");
    }

    [Fact]
    public void Pss_block_with_any_deviation_is_a_bad_signature()
    {
        DecidePss(input => RawRsa.PssBlock(input, 32, HashAlgorithmName.SHA256, trailer: 0xCC)).ShouldBe("bad_signature");
        DecidePss(input => RawRsa.PssBlock(input, 32, HashAlgorithmName.SHA256, beforeSalt: 0)).ShouldBe("bad_signature");
        DecidePss(input => RawRsa.PssBlock(input, 32, HashAlgorithmName.SHA256, beforeSalt: 2)).ShouldBe("bad_signature");
        DecidePss(input => RawRsa.PssBlock(input, 32, HashAlgorithmName.SHA256, padding: 1)).ShouldBe("bad_signature");
        DecidePss(input => [.. new byte[RawRsa.Length - 1], 0xBC]).ShouldBe("bad_signature");
    }

    private static byte[] Respelled(byte[] hash, Action<byte[]> change)
    {
        var block = RawRsa.Pkcs1Block([.. RawRsa.Sha256Info, .. hash]);
        change(block);
        return block;
    }

    private string DecidePkcs1(Func<byte[], byte[]> toBlock) => Decide("RS256", input => RawRsa.Sign(toBlock(SHA256.HashData(input))));

    private string DecidePss(Func<byte[], byte[]> toBlock) => Decide("PS256", input => RawRsa.Sign(toBlock(input)));

    private string Decide(string algorithm, Func<byte[], byte[]> sign) =>
        _shop.Decide(SignedToken.Of(_shop.Token(algorithm).WithHeader("kid", "raw"), sign));
}
