using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>RFC 7515 section 3.1 and RFC 8725 section 3.11: one token, one spelling.</summary>
public sealed class SegmentTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private readonly Shop _shop = new();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a")]
    [InlineData("a.b")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30")]
    [InlineData("null")]
    public void Text_that_is_no_token_is_malformed(string text)
    {
        _shop.Decide(text).ShouldBe("malformed");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Empty_segment_is_malformed(int segment)
    {
        var parts = _shop.Token().Build().Split('.');
        parts[segment] = "";

        _shop.Decide(string.Join('.', parts)).ShouldBe("malformed");
    }

    [Theory]
    [InlineData(".AAAA")]
    [InlineData(".AAAA.AAAA")]
    [InlineData(".")]
    public void More_than_three_segments_are_malformed(string suffix)
    {
        // Five segments are a JWE (RFC 7516 section 3.1): encrypted is not signed.
        _shop.Decide(_shop.Token().Build() + suffix).ShouldBe("malformed");
    }

    [Fact]
    public void Encrypted_token_is_malformed()
    {
        var header = TokenBuilder.Encode("""{"alg":"RSA-OAEP","enc":"A128GCM","zip":"DEF","p2c":2147483647}""");

        _shop.Decide($"{header}.AAAA.AAAA.AAAA.AAAA").ShouldBe("malformed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Json_serialization_is_malformed(bool flattened)
    {
        var parts = _shop.Token().Build().Split('.');
        var signature = new JsonObject { ["protected"] = parts[0], ["signature"] = parts[2] };
        var json = flattened
            ? new JsonObject { ["payload"] = parts[1], ["protected"] = parts[0], ["signature"] = parts[2] }
            : new JsonObject { ["payload"] = parts[1], ["signatures"] = new JsonArray(signature) };

        _shop.Decide(json.ToJsonString()).ShouldBe("malformed");
    }

    [Theory]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("+")]
    [InlineData("/")]
    [InlineData("%3D")]
    [InlineData("\0")]
    [InlineData("\u00A0")]
    [InlineData("é")]
    [InlineData("\uFF0E")]
    [InlineData("\uD800")]
    public void Character_outside_base64url_is_malformed_wherever_it_stands(string character)
    {
        var token = _shop.Token().Build();
        foreach (var at in new[]
        {
            0, 5, token.IndexOf('.'), token.IndexOf('.') + 1, token.LastIndexOf('.'), token.Length - 1, token.Length,
        })
        {
            _shop.Decide(token.Insert(at, character)).ShouldBe("malformed", $"at {at}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Spare_bits_in_the_last_character_are_malformed(int segment)
    {
        // Three names for the unused claim, one for each length modulo 3; at least two of them leave spare bits.
        var spoiled = 0;
        for (var length = 0; length < 3; length++)
        {
            var filler = new string('x', length);
            var parts = _shop.Token().With("filler", filler).WithHeader("filler", filler).Build().Split('.');
            var last = Alphabet.IndexOf(parts[segment][^1]);
            if (parts[segment].Length % 4 == 0)
            {
                continue;
            }

            for (var bit = 1; bit < (parts[segment].Length % 4 == 2 ? 16 : 4); bit++)
            {
                var respelled = parts.ToArray();
                respelled[segment] = parts[segment][..^1] + Alphabet[last | bit];
                Base64Url.DecodeFromChars(WithoutSpareBits(respelled[segment])).ShouldBe(Base64Url.DecodeFromChars(parts[segment]));

                _shop.Decide(string.Join('.', respelled)).ShouldBe("malformed");
                spoiled++;
            }
        }

        spoiled.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Segment_of_an_impossible_length_is_malformed()
    {
        var parts = _shop.Token().With("filler", "").Build().Split('.');

        // A length of 1 modulo 4 encodes nothing more than its predecessor.
        var padded = parts[2].PadRight((parts[2].Length / 4 * 4) + 5, 'A');

        _shop.Decide($"{parts[0]}.{parts[1]}.{padded}").ShouldBe("malformed");
    }

    [Fact]
    public void Three_empty_objects_name_no_algorithm()
    {
        _shop.Decide("e30.e30.e30").ShouldBe("unsupported_algorithm");
    }

    [Fact]
    public void Short_payload_behind_a_long_header_is_rejected_without_a_fault()
    {
        var header = TokenBuilder.Encode($$"""{"alg":"RS256","filler":"{{new string('x', 600)}}"}""");

        _shop.Decide($"{header}.e30.AAAA").ShouldBe("missing_claim");
    }

    [Fact]
    public void Token_is_read_whole_and_keeps_its_payload_segment()
    {
        var text = _shop.Token().Build();

        var token = _shop.Validate(text).Token.ShouldNotBeNull();

        token.EncodedClaims.ShouldBe(text.Split('.')[1]);
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.EncodedClaims)).ShouldBe(token.Claims.GetRawText());
    }

    // What a lenient decoder makes of the segment: the spare bits dropped.
    private static string WithoutSpareBits(string segment)
    {
        var mask = segment.Length % 4 == 2 ? ~0b1111 : ~0b11;
        return segment[..^1] + Alphabet[Alphabet.IndexOf(segment[^1]) & mask];
    }
}
