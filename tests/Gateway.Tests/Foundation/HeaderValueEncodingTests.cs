using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Foundation;

namespace Gateway.Tests.Foundation;

public sealed class HeaderValueEncodingTests
{
    [Theory]
    [InlineData("\"alice\"", "alice")]
    [InlineData("\"Alice Smith\"", "Alice Smith")]
    [InlineData("\" alice \"", "%20alice%20")]
    [InlineData("\"  \"", "%20%20")]
    [InlineData("\"a  b\"", "a  b")]
    [InlineData("\"a,b\"", "a%2Cb")]
    [InlineData("\"100%\"", "100%25")]
    [InlineData("\"%2C\"", "%252C")]
    [InlineData("\"J\\u00f6rg\"", "J%C3%B6rg")]
    [InlineData("\"\\u20ac\"", "%E2%82%AC")]
    [InlineData("\"\\ud83d\\ude00\"", "%F0%9F%98%80")]
    [InlineData("\"a\\r\\nX-Admin: 1\"", "a%0D%0AX-Admin: 1")]
    [InlineData("\"a\\u0000b\\tc\\u007f\"", "a%00b%09c%7F")]
    [InlineData("\"a\\\"b\\\\c;d=e\"", "a\"b\\c;d=e")]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    [InlineData("[null,\"\"]", null)]
    [InlineData("42", "42")]
    [InlineData("3.0", "3.0")]
    [InlineData("1e400", "1e400")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("[\"ops\",\"admin\"]", "ops,admin")]
    [InlineData("[\"a,b\",\" c \"]", "a%2Cb,%20c%20")]
    [InlineData("[1,true,null,\"x\"]", "1,true,x")]
    [InlineData("{ \"a\": 1 }", "{\"a\":1}")]
    [InlineData("{ \"a\": 1, \"b\": [2, 3] }", "{\"a\":1%2C\"b\":[2%2C3]}")]
    [InlineData("[{ \"a\": 1 }, [2]]", "{\"a\":1},[2]")]
    [InlineData("{}", "{}")]
    public void Claim_becomes_one_unambiguous_value(string claim, string? value)
    {
        HeaderValueEncoding.Encode(JsonElement.Parse(claim)).ShouldBe(value);
    }

    [Fact]
    public void Any_text_survives_the_journey()
    {
        Prop.ForAll(Texts().ToArbitrary(), text => Decode(HeaderValueEncoding.Encode(text)).ShouldBe(text)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_list_of_texts_survives_the_journey()
    {
        Prop.ForAll(Gen.NonEmptyListOf(Texts().Where(text => text.Length > 0)).ToArbitrary(), texts =>
        {
            var value = HeaderValueEncoding.Encode(JsonSerializer.SerializeToElement(texts))!;

            value.Split(',').Select(Decode).ShouldBe(texts);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_object_survives_the_journey()
    {
        Prop.ForAll(Texts().ToArbitrary(), Texts().ToArbitrary(), (name, text) =>
        {
            var claim = JsonSerializer.SerializeToElement(new Dictionary<string, string> { [name] = text });

            JsonElement.DeepEquals(JsonElement.Parse(Decode(HeaderValueEncoding.Encode(claim)!)), claim).ShouldBeTrue();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Value_is_visible_ascii_with_spaces_only_inside()
    {
        // Unpaired surrogates too: no parser should let them through, and this must not be the place to learn that one did.
        var anything = Gen.ArrayOf(Gen.Choose(0, 0xFFFF).Select(code => (char)code)).Select(characters => new string(characters));

        Prop.ForAll(Gen.OneOf(anything, Texts()).ToArbitrary(), text =>
        {
            var value = HeaderValueEncoding.Encode(text);

            value.ShouldAllBe(c => c >= ' ' && c <= '~');
            value.ShouldBe(value.Trim());
            value.ShouldNotContain(",");
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Text in which the characters that matter come up often.</summary>
    private static Gen<string> Texts()
    {
        var special =
            Gen.Elements(" ", ",", "%", "%2C", "\r", "\n", "\0", "\t", "\"", "\\", "\u007F", "\u00A0", "\u20AC", "\U0001F600", "a", "Z");
        var any = Gen.Choose(1, 0x10FFFF).Where(code => Rune.IsValid(code)).Select(code => new Rune(code).ToString());
        return Gen.ArrayOf(Gen.OneOf(special, any)).Select(string.Concat);
    }

    /// <summary>What a destination does: percent-decode as UTF-8.</summary>
    private static string Decode(string value)
    {
        var octets = new List<byte>();
        for (var i = 0; i < value.Length;)
        {
            var isEncoded = value[i] == '%';
            octets.Add(isEncoded ? Convert.FromHexString(value.AsSpan(i + 1, 2))[0] : (byte)value[i]);
            i += isEncoded ? 3 : 1;
        }

        return Encoding.UTF8.GetString([.. octets]);
    }
}
