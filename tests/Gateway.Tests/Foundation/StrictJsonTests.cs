using System.Text;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Foundation;

/// <summary>RFC 7515 section 5.2, RFC 8259, RFC 7519 section 4: header and payload are one JSON object each, in one reading only.</summary>
public sealed class StrictJsonTests
{
    private readonly Shop _shop = new();

    public static TheoryData<string> NotOneObject =>
    [
        "", " ", "null", "true", "1", "\"text\"", "[]", "[{}]", "{", "}", "{}{}", "{},", "{}#", "{}}", "{}/*", "{}/**/", "{}//", "{}\0",
        "{} x", "{}1",
        "/**/{}", "//\n{}", "{/**/}", "{,}", "{\"a\":1,}", "{'a':1}", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}", "{\"a\":.5}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":0x10}", "{\"a\":True}",
        "{\"a\":undefined}",
        "{\"a\":\"\t\"}", "{\"a\":\"\n\"}", "{\"a\":\"\\x41\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\uZZZZ\"}", "{\"a\":\"", "{\"a\":[1,]}",
        "{\"a\":[1}",
    ];

    public static TheoryData<string> UnpairedSurrogates =>
    [
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}", "{\"a\":\"x\\uD83Dx\"}",
        "{\"\\ud800\":1}", "{\"\\udfff\":1,\"b\":2}", "{\"a\":{\"\\ud800\":1}}", "{\"a\":[[\"\\ud800\"]]}",
        "{\"a\":{\"b\":[{\"c\":\"\\udead\"}]}}",
    ];

    [Theory]
    [MemberData(nameof(NotOneObject))]
    [MemberData(nameof(UnpairedSurrogates))]
    public void Payload_that_is_not_one_strict_json_object_is_malformed(string json)
    {
        _shop.Decide(_shop.Token().WithClaimsJson(json)).ShouldBe("malformed");
    }

    [Theory]
    [MemberData(nameof(NotOneObject))]
    [MemberData(nameof(UnpairedSurrogates))]
    public void Header_that_is_not_one_strict_json_object_is_malformed(string json)
    {
        _shop.Decide(_shop.Token().WithHeaderJson(json)).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("#")]
    [InlineData("}")]
    [InlineData("/*")]
    [InlineData("//x")]
    [InlineData("\0")]
    [InlineData("{}")]
    [InlineData(",")]
    public void Good_object_with_something_after_it_is_malformed(string suffix)
    {
        var good = _shop.Token();

        _shop.Decide(_shop.Token().WithClaimsJson(good.Claims.ToJsonString() + suffix)).ShouldBe("malformed");
        _shop.Decide(_shop.Token().WithHeaderJson(good.Header.ToJsonString() + suffix)).ShouldBe("malformed");
    }

    [Fact]
    public void White_space_around_and_inside_the_objects_is_json()
    {
        var good = _shop.Token();
        var claims = " \t\r\n" + good.Claims.ToJsonString().Replace(",", " ,\n ", StringComparison.Ordinal) + "\n";

        _shop.Decide(_shop.Token().WithHeaderJson($" {good.Header.ToJsonString()}\n").WithClaimsJson(claims)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("EFBBBF")]
    [InlineData("FEFF")]
    [InlineData("FFFE")]
    [InlineData("C2A0")]
    [InlineData("00")]
    [InlineData("0B")]
    public void Byte_order_mark_and_other_bytes_before_the_object_are_malformed(string hex)
    {
        var prefix = Convert.FromHexString(hex);
        var token = _shop.Token();
        var header = SignedToken.HeaderOf(token);
        var claims = SignedToken.ClaimsOf(token);

        _shop.Decide(SignedToken.Of([.. prefix, .. header], claims)).ShouldBe("malformed");
        _shop.Decide(SignedToken.Of(header, [.. prefix, .. claims])).ShouldBe("malformed");
    }

    public static TheoryData<string> InvalidUtf8 =>
    [
        "80", "BF", "C080", "C0AE", "C1BF", "C3", "E08080", "E282", "EDA080", "EDBFBF", "F0808080", "F4908080", "F5808080", "FF", "FE",
        "61E9",
    ];

    [Theory]
    [MemberData(nameof(InvalidUtf8))]
    public void Invalid_utf8_in_a_value_or_a_name_is_malformed(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var token = _shop.Token();
        foreach (var (before, after) in new[] { (",\"x\":\"", "\"}"), (",\"", "\":1}") })
        {
            _shop.Decide(
                SignedToken.Of(
                    SignedToken.HeaderOf(token), Spoil(SignedToken.ClaimsOf(token), before, bytes, after))).ShouldBe("malformed");
            _shop.Decide(
                SignedToken.Of(
                    Spoil(SignedToken.HeaderOf(token), before, bytes, after), SignedToken.ClaimsOf(token))).ShouldBe("malformed");
        }
    }

    [Fact]
    public void Utf16_payload_is_malformed()
    {
        var token = _shop.Token();

        _shop.Decide(
            SignedToken.Of(SignedToken.HeaderOf(token), Encoding.Unicode.GetBytes(token.Claims.ToJsonString()))).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("\"sub\":\"mallory\"")]
    [InlineData("\"\\u0073ub\":\"mallory\"")]
    [InlineData("\"s\\u0075b\":\"mallory\"")]
    [InlineData("\"exp\":99999999999")]
    [InlineData("\"scope\":\"admin\"")]
    [InlineData("\"a\":{\"b\":1,\"b\":2}")]
    [InlineData("\"a\":[{\"b\":1,\"\\u0062\":2}]")]
    [InlineData("\"a\":{\"b\":{\"c\":[[{\"d\":1,\"d\":1}]]}}")]
    [InlineData("\"a\":1,\"a\":1")]
    [InlineData("\"\":1,\"\":2")]
    [InlineData("\"\\u00e9\":1,\"é\":2")]
    [InlineData("\"\\ud83d\\ude00\":1,\"😀\":2")]
    [InlineData("\"a\\/b\":1,\"a/b\":2")]
    public void Member_that_occurs_twice_in_the_payload_is_malformed(string member)
    {
        var claims = _shop.Token().Claims.ToJsonString();

        _shop.Decide(_shop.Token().WithClaimsJson($"{claims[..^1]},{member}}}")).ShouldBe("malformed");
        _shop.Decide(_shop.Token().WithClaimsJson($"{{{member},{claims[1..]}")).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("\"alg\":\"none\"")]
    [InlineData("\"alg\":\"RS256\"")]
    [InlineData("\"\\u0061lg\":\"none\"")]
    [InlineData("\"kid\":\"other\"")]
    [InlineData("\"typ\":\"JWT\"")]
    [InlineData("\"x\":{\"y\":1,\"y\":2}")]
    public void Member_that_occurs_twice_in_the_header_is_malformed(string member)
    {
        var header = _shop.Token().Header.ToJsonString();

        _shop.Decide(_shop.Token().WithHeaderJson($"{header[..^1]},{member}}}")).ShouldBe("malformed");
        _shop.Decide(_shop.Token().WithHeaderJson($"{{{member},{header[1..]}")).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("SUB")]
    [InlineData("Sub")]
    [InlineData("sub ")]
    [InlineData("ſub")]
    public void Names_that_differ_in_case_or_look_are_different_members(string name)
    {
        _shop.Accept(_shop.Token().With(name, "mallory")).Subject.ShouldBe("alice");
    }

    [Fact]
    public void Member_spelled_with_escapes_is_the_member()
    {
        var claims = _shop.Token().Claims.ToJsonString().Replace("\"sub\"", "\"\\u0073\\u0075\\u0062\"", StringComparison.Ordinal);

        _shop.Accept(_shop.Token().WithClaimsJson(claims)).Subject.ShouldBe("alice");
    }

    [Fact]
    public void Paired_surrogates_and_every_other_escape_are_text()
    {
        var token = _shop.Token();
        var claims =
            $"{token.Claims.ToJsonString()[..^1]},\"\\ud83d\\ude00\":\"\\ud83d\\ude00 \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000\"}}";

        _shop.Accept(token.WithClaimsJson(claims)).Claims.GetProperty("😀").GetString().ShouldBe("😀 \" \\ / \b \f \n \r \t \0");
    }

    private static byte[] Spoil(byte[] json, string before, byte[] bytes, string after) =>
        [.. json[..^1], .. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(after)];
}
