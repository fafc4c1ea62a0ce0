using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Jose;

namespace Gateway.Tests.Tokens;

/// <summary>Properties over inputs that nobody thought of. Each failure prints the seed and the smallest input that fails.</summary>
public sealed class MutationTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private readonly Shop _shop = new();

    public static TheoryData<string> Algorithms => ["RS256", "PS256", "ES256", "ES512"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Replacing_any_character_spoils_the_token(string algorithm)
    {
        var good = _shop.Token(algorithm).Build();
        var mutations =
            from at in Gen.Choose(0, good.Length - 1)
            from character in Gen.Frequency(
                (8, Gen.Elements(Alphabet.ToCharArray())), (2, Gen.Choose(0, 0xFFFF).Select(code => (char)code)))
            where good[at] != character
            select string.Concat(good.AsSpan(0, at), character.ToString(), good.AsSpan(at + 1));

        IsRejected(mutations);
    }

    [Fact]
    public void Inserting_or_removing_or_swapping_characters_spoils_the_token()
    {
        var good = _shop.Token().Build();
        var inserted =
            from at in Gen.Choose(0, good.Length)
            from character in Gen.Elements((Alphabet + "= \t\r\n+/%\0").ToCharArray())
            select good.Insert(at, character.ToString());
        var removed =
            from at in Gen.Choose(0, good.Length - 1)
            from count in Gen.Choose(1, 8)
            select good.Remove(at, Math.Min(count, good.Length - at));
        var swapped =
            from at in Gen.Choose(0, good.Length - 2)
            where good[at] != good[at + 1]
            select $"{good[..at]}{good[at + 1]}{good[at]}{good[(at + 2)..]}";

        IsRejected(Gen.OneOf(inserted, removed, swapped));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Changing_any_byte_of_a_decoded_segment_spoils_the_token(int segment)
    {
        var parts = _shop.Token().Build().Split('.');
        var bytes = Base64Url.DecodeFromChars(parts[segment]);
        var mutations =
            from at in Gen.Choose(0, bytes.Length - 1)
            from mask in Gen.Choose(1, 255)
            select Changed(parts, segment, bytes, at, mask);

        IsRejected(mutations);
    }

    [Fact]
    public void Cutting_the_token_anywhere_spoils_it()
    {
        var good = _shop.Token("ES256").Build();
        for (var length = 0; length < good.Length; length++)
        {
            _shop.Validate(good[..length]).IsAccepted.ShouldBeFalse();
            _shop.Validate(good[(length + 1)..]).IsAccepted.ShouldBeFalse();
        }
    }

    [Fact]
    public void Garbage_is_rejected_and_never_a_fault()
    {
        var text = ArbMap.Default.GeneratorFor<string>().Where(value => value is not null);
        var dotted = Gen.Elements((Alphabet + ".....").ToCharArray()).ArrayOf().Select(characters => new string(characters));

        IsRejected(Gen.OneOf(text, dotted, text.Three().Select(three => $"{three.Item1}.{three.Item2}.{three.Item3}")));
    }

    [Fact]
    public void Garbage_in_the_segments_is_rejected_and_never_a_fault()
    {
        var bytes = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();
        var json = Gen.OneOf(JsonText(4).Select(Encoding.UTF8.GetBytes), bytes);

        IsRejected(from header in json from claims in json from signature in bytes select SignedToken.Of(header, claims, _ => signature));
    }

    [Fact]
    public void Signed_garbage_in_the_payload_is_rejected_and_never_a_fault()
    {
        var header = SignedToken.HeaderOf(_shop.Token("ES256"));

        IsRejected(
            JsonText(4).Select(
                claims => SignedToken.Of(header, Encoding.UTF8.GetBytes(claims), input => TestKeys.P256.Sign("ES256", input))));
    }

    [Fact]
    public void Signed_token_with_a_strange_claim_is_decided_and_never_a_fault()
    {
        var names = Gen.Elements(
            "exp", "nbf", "iat", "iss", "aud", "sub", "jti", "sid", "client_id", "azp", "scope", "scp", "typ", "token_use", "events",
            "cnf");
        var tokens =
            from name in names
            from json in JsonText(3)
            let good = _shop.Token("ES256").Without(name)
            select good.WithClaimsJson($"{good.Claims.ToJsonString()[..^1]},\"{name}\":{json}}}").Build();

        Check.One(Config, Prop.ForAll(tokens.ToArbitrary(), token =>
        {
            var result = _shop.Validate(token);
            return result.IsAccepted || Rejections.Of(result.Reason).Status == 401;
        }));
    }

    [Fact]
    public void Same_token_is_always_decided_the_same()
    {
        var tokens =
            from name in Gen.Elements("exp", "aud", "sub") from json in JsonText(2) select _shop.DecideClaim(name, json) == _shop.DecideClaim(name, json);

        Check.One(Config.WithMaxTest(200), Prop.ForAll(tokens.ToArbitrary(), same => same));
    }

    private static string Changed(string[] parts, int segment, byte[] bytes, int at, int mask)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] ^= (byte)mask;
        return string.Join('.', parts.Select((part, i) => i == segment ? Base64Url.EncodeToString(changed) : part));
    }

    private static Gen<string> JsonText(int depth)
    {
        var scalar = Gen.Elements(
            "null", "true", "false", "0", "-1", "1e400", "1.5", "253402300799", "\"\"", "\"alice\"", "\"shop-api\"", "\"none\"",
            "\"\\ud800\"", "\"\\u0000\"",
            "\"a b\"", "{}", "[]", "x", "", "\"", "01", "[1,]", "/**/1", $"\"{Shop.Issuer}\"");
        if (depth == 0)
        {
            return scalar;
        }

        var name = Gen.Elements("alg", "kid", "typ", "crit", "iss", "aud", "exp", "sub", "a", "\\u0061", "\\udfff");
        var value = JsonText(depth - 1);
        var member = from key in name from content in value select $"\"{key}\":{content}";
        return Gen.OneOf(
            scalar,
            value.ListOf().Select(items => $"[{string.Join(',', items.Take(4))}]"),
            member.ListOf().Select(members => $"{{{string.Join(',', members.Take(5))}}}"));
    }

    private void IsRejected(Gen<string> tokens) =>
        Check.One(Config, Prop.ForAll(tokens.ToArbitrary(), token =>
        {
            var result = _shop.Validate(token);
            return !result.IsAccepted && Enum.IsDefined(result.Reason);
        }));
}
