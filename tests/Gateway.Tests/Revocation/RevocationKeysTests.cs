using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Gateway.Revocation;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Revocation;

public sealed class RevocationKeysTests
{
    private static readonly RevocationKinds AllKinds =
        Enum.GetValues<RevocationKind>().Aggregate(RevocationKinds.None, (kinds, kind) => kinds.With(kind));

    private readonly Shop _shop = new();

    [Fact]
    public void Hash_of_a_token_is_base64url_sha256_of_its_text()
    {
        var text = _shop.Token().Build();

        RevocationKeys.HashOf(text).ShouldBe(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void Issuer_and_value_do_not_run_into_each_other()
    {
        RevocationKey.Of(RevocationKind.Sub, "ab", "c").ShouldNotBe(RevocationKey.Of(RevocationKind.Sub, "a", "bc"));
        RevocationKey.Of(RevocationKind.Sub, "", "abc").ShouldNotBe(RevocationKey.Of(RevocationKind.Sub, "abc", ""));
    }

    [Fact]
    public void Same_name_has_the_same_key_and_any_difference_another()
    {
        var key = RevocationKey.Of(RevocationKind.Sub, "issuer", "alice");

        RevocationKey.Of(RevocationKind.Sub, "issuer", "alice").ShouldBe(key);
        RevocationKey.Of(RevocationKind.Sid, "issuer", "alice").ShouldNotBe(key);
        RevocationKey.Of(RevocationKind.Sub, "Issuer", "alice").ShouldNotBe(key);
        RevocationKey.Of(RevocationKind.Sub, "issuer", "Alice").ShouldNotBe(key);
        RevocationKey.Of(RevocationKind.Sub, "issuer", "alice ").ShouldNotBe(key);
    }

    [Fact]
    public void Key_comes_back_from_its_text()
    {
        var key = RevocationKey.Of(RevocationKind.Sub, "issuer", "alice");

        RevocationKey.TryParse(key.ToString(), out var read).ShouldBeTrue();

        read.ShouldBe(key);
        (key.Low & ~RevocationKey.LowMask).ShouldBe(0UL);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAA+")]
    [InlineData("AAAAAAAAAAAAAAAA A")]
    [InlineData("__________________")]
    public void Any_other_text_is_no_key(string text) => RevocationKey.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Claim_that_is_absent_has_no_key()
    {
        var token = _shop.Accept(_shop.Token().Without("jti").Without("sub").Without("client_id"));

        var keys = RevocationKeys.Of(token, AllKinds);
        keys.TokenId.ShouldBeNull();
        keys.Subject.ShouldBeNull();
        keys.Session.ShouldBeNull();
        keys.Client.ShouldBeNull();
    }

    [Fact]
    public void Long_or_strange_values_are_names_like_others()
    {
        var value = new string('\u20AC', 5_000);
        var token = _shop.Accept(_shop.Token().With("sub", "a\0b\r\n😀"));

        RevocationKeys.Of(token, AllKinds).Subject.ShouldBe(RevocationKey.Of(RevocationKind.Sub, Shop.Issuer, "a\0b\r\n😀"));
        RevocationKey.Of(RevocationKind.Sub, Shop.Issuer, value).ShouldNotBe(
            RevocationKey.Of(RevocationKind.Sub, Shop.Issuer, value + "x"));
    }

    [Theory]
    [InlineData("jti")]
    [InlineData("sub")]
    [InlineData("sid")]
    [InlineData("client")]
    [InlineData("issuer")]
    [InlineData("token")]
    public void Kind_has_its_word_in_the_log(string word)
    {
        RevocationNames.TryParse(word, out RevocationKind kind).ShouldBeTrue();
        RevocationNames.Of(kind).ShouldBe(word);
        RevocationNames.Kinds.ShouldContain(word);
        RevocationNames.TryParse(word.ToUpperInvariant(), out RevocationKind _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("jti ")]
    [InlineData("user")]
    public void Word_of_no_kind_or_operation_is_rejected(string? word)
    {
        RevocationNames.TryParse(word, out RevocationKind _).ShouldBeFalse();
        RevocationNames.TryParse(word, out RevocationOperation _).ShouldBeFalse();
    }

    [Fact]
    public void Operation_has_its_word_in_the_log()
    {
        RevocationNames.TryParse("revoke", out RevocationOperation revoke).ShouldBeTrue();
        RevocationNames.TryParse("restore", out RevocationOperation restore).ShouldBeTrue();
        (revoke, restore).ShouldBe((RevocationOperation.Revoke, RevocationOperation.Restore));
    }
}
