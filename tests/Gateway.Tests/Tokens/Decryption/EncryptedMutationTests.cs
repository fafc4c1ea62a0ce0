using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Jose;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Gateway.Tests.Tokens.Decryption;

/// <summary>No change to an encrypted token is accepted, and none throws.</summary>
public sealed class EncryptedMutationTests : IDisposable
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    private readonly EncryptedShop _shop = new();

    public static TheoryData<JweAlgorithm, JweEncryption, int> Kinds => new()
    {
        { JweAlgorithm.DIR, JweEncryption.A128GCM, 1_000 },
        { JweAlgorithm.DIR, JweEncryption.A256CBC_HS512, 1_000 },
        { JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, 150 },
        { JweAlgorithm.ECDH_ES, JweEncryption.A128CBC_HS256, 150 },
        { JweAlgorithm.ECDH_ES_A128KW, JweEncryption.A256GCM, 150 },
    };

    public void Dispose() => _shop.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Replacing_any_character_spoils_the_token(JweAlgorithm management, JweEncryption encryption, int count)
    {
        var good = _shop.Token(management, encryption);
        IsRejected(count,
            from at in Gen.Choose(0, good.Length - 1)
            from character in Gen.Frequency(
                (9, Gen.Elements(Alphabet.ToCharArray())), (1, Gen.Choose(0, 0xFFFF).Select(code => (char)code)))
            where good[at] != character
            select string.Concat(good.AsSpan(0, at), character.ToString(), good.AsSpan(at + 1)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Cutting_or_lengthening_a_part_spoils_the_token(JweAlgorithm management, JweEncryption encryption, int count)
    {
        var parts = _shop.Token(management, encryption).Split('.');
        IsRejected(count / 3,
            from part in Gen.Choose(0, 4)
            from length in Gen.Choose(0, 70)
            let changed = Resized(parts[part], length)
            where changed != parts[part]
            select string.Join('.', parts.Select((text, at) => at == part ? changed : text)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parts_of_two_tokens_make_no_third(JweAlgorithm management, JweEncryption encryption, int count)
    {
        var (one, other) = (_shop.Token(management, encryption).Split('.'), _shop.Token(management, encryption).Split('.'));
        IsRejected(Math.Min(count, 30),
            from mask in Gen.Choose(1, 30)
            let mixed = one.Select((text, at) => (mask & (1 << at)) == 0 ? text : other[at]).ToArray()
            where !mixed.SequenceEqual(one) && !mixed.SequenceEqual(other)
            select string.Join('.', mixed));
    }

    [Theory]
    [InlineData("""{"alg":"dir","enc":"A128GCM","kid":"enc-16","kid":"enc-16"}""")]
    [InlineData("""{"alg":"dir","enc":"A128GCM","alg":"dir"}""")]
    [InlineData("""{"alg":"ECDH-ES","enc":"A128GCM"}""")]
    [InlineData("""{"alg":"ECDH-ES","enc":"A128GCM","epk":null}""")]
    [InlineData("""{"alg":"ECDH-ES","enc":"A128GCM","epk":{}}""")]
    [InlineData("""{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}""")]
    [InlineData("""{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"OKP","crv":"X25519","x":"AA"}}""")]
    // Not on the curve: (1, 1).
    [InlineData(
        """{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}}""")]
    [InlineData(
        """{"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}""")]
    [InlineData("""{"alg":["dir"],"enc":"A128GCM"}""")]
    [InlineData("""{"alg":"dir","enc":{"a":1}}""")]
    [InlineData("""{"enc":"A128GCM"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task Header_that_does_not_say_how_to_decrypt_is_rejected(string header)
    {
        var parts = _shop.Token(JweAlgorithm.DIR, JweEncryption.A128GCM).Split('.');
        parts[0] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));

        (await _shop.DecideAsync(string.Join('.', parts))).ShouldBe("undecryptable");
    }

    private static string Resized(string part, int length)
    {
        var bytes = Base64Url.DecodeFromChars(part);
        Array.Resize(ref bytes, length);
        return Base64Url.EncodeToString(bytes);
    }

    private void IsRejected(int count, Gen<string> tokens) => Prop.ForAll(tokens.ToArbitrary(), token =>
    {
        var outcome = _shop.Bench.AuthenticateAsync(token).AsTask().GetAwaiter().GetResult();
        return outcome.Rejection is { } rejection && Gateway.Jose.Rejections.Of(rejection.Reason).Status == 401;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(count));
}
