using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Jose;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Jose;

/// <summary>RFC 7517 section 5: documents that are no key set, and sets in which some keys are no use.</summary>
public sealed class JsonWebKeySetTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"keys\"")]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("{\"keys\":[")]
    [InlineData("{\"keys\":[]}x")]
    [InlineData("{\"keys\":[],\"keys\":[]}")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}")]
    [InlineData("// keys\n{\"keys\":[]}")]
    [InlineData("{\"keys\":[\"\\ud800\"]}")]
    public void Document_that_is_not_strict_json_is_rejected(string document)
    {
        ErrorOf(document).ShouldBe("it is not a strict JSON object");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"keys\":null}")]
    [InlineData("{\"keys\":{}}")]
    [InlineData("{\"keys\":\"none\"}")]
    [InlineData("{\"Keys\":[]}")]
    [InlineData("{\"error\":\"temporarily_unavailable\"}")]
    public void Document_without_an_array_of_keys_is_rejected(string document)
    {
        ErrorOf(document).ShouldContain("`keys` array");
    }

    [Fact]
    public void Set_without_keys_is_rejected()
    {
        ErrorOf("{\"keys\":[]}").ShouldBe("it lists no keys");
    }

    [Fact]
    public void Byte_order_mark_is_rejected()
    {
        byte[] document = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(DocumentOf(TestKeys.Rsa.ToJwk()))];

        JsonWebKeySet.TryParse(document, out _, out var error).ShouldBeFalse();
        error.ShouldBe("it is not a strict JSON object");
    }

    [Theory]
    [InlineData("null", "is not a JSON object")]
    [InlineData("1", "is not a JSON object")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{}", "`kty`")]
    [InlineData("{\"kty\":\"OKP\"}", "`crv`")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "`crv`")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "`crv`")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "`crv`")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "`x` of 32 bytes")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}", "`x` of 32 bytes")]
    [InlineData("{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AAAA\"}", "`alg`")]
    [InlineData("{\"kty\":\"oct\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U\"}", "symmetric")]
    [InlineData("{\"kty\":\"RSA\"}", "`n` and `e`")]
    [InlineData("{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", "`n` and `e`")]
    [InlineData("{\"kty\":\"RSA\",\"n\":1,\"e\":\"AQAB\"}", "`n` and `e`")]
    [InlineData("{\"kty\":\"RSA\",\"n\":\"!!!!\",\"e\":\"AQAB\"}", "`n` and `e`")]
    [InlineData("{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}", "0 bits")]
    [InlineData("{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "17 bits")]
    [InlineData("{\"kty\":\"EC\"}", "`crv`")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "`crv`")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}", "`x` and `y`")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"P-256\"}", "`x` and `y`")]
    public void Key_that_is_no_use_is_skipped_and_spoils_no_other(string bad, string why)
    {
        var ring = Shop.RingOf(JsonNode.Parse(bad), TestKeys.Rsa.ToJwk());

        ring.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("rsa-1");
        ring.Skipped.ShouldHaveSingleItem().Why.ShouldContain(why);
        ErrorOf(DocumentOf(JsonNode.Parse(bad))).ShouldContain(why);
    }

    [Theory]
    [InlineData("e", "AQ", "exponent")]
    [InlineData("e", "AAAB", "exponent")]
    [InlineData("e", "AA", "exponent")]
    [InlineData("e", "AQAA", "exponent")]
    [InlineData("e", "AQAAAAAAAAAB", "exponent")]
    public void Rsa_key_with_an_impossible_exponent_is_skipped(string member, string value, string why)
    {
        var jwk = TestKeys.Rsa.ToJwk();
        jwk[member] = value;

        Shop.RingOf(jwk, TestKeys.P256.ToJwk()).Skipped.ShouldHaveSingleItem().Why.ShouldContain(why);
    }

    [Fact]
    public void Rsa_key_beyond_8192_bits_is_skipped()
    {
        var jwk = TestKeys.Rsa.ToJwk();
        jwk["n"] = new string('_', 1368);

        Shop.RingOf(jwk, TestKeys.P256.ToJwk()).Skipped.ShouldHaveSingleItem().Why.ShouldContain("8208 bits");
    }

    [Theory]
    [InlineData("P-384", "`x` and `y` of 48 bytes")]
    [InlineData("P-521", "`x` and `y` of 66 bytes")]
    public void Point_of_another_curve_is_skipped(string curve, string why)
    {
        var jwk = TestKeys.P256.ToJwk();
        jwk["crv"] = curve;

        Shop.RingOf(jwk, TestKeys.Rsa.ToJwk()).Skipped.ShouldHaveSingleItem().Why.ShouldContain(why);
    }

    [Fact]
    public void Point_off_the_curve_is_skipped()
    {
        var swapped = TestKeys.P256.ToJwk();
        (swapped["x"], swapped["y"]) = (swapped["y"]!.DeepClone(), swapped["x"]!.DeepClone());
        var zero = TestKeys.P256.ToJwk();
        zero["x"] = new string('A', 43);
        zero["y"] = new string('A', 43);
        var beyond = TestKeys.P256.ToJwk();
        beyond["x"] = new string('_', 42) + "8";

        var ring = Shop.RingOf(swapped, zero, beyond, TestKeys.Rsa.ToJwk());

        ring.Keys.ShouldHaveSingleItem();
        ring.Skipped.Length.ShouldBe(3);
    }

    [Fact]
    public void Skipped_key_is_named_without_its_material_or_control_characters()
    {
        var jwk =
            new JsonObject { ["kty"] = "oct", ["k"] = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", ["kid"] = "line\r\nbreak" + new string('x', 500) };

        var skipped = Shop.RingOf(jwk, TestKeys.Rsa.ToJwk()).Skipped.ShouldHaveSingleItem();

        skipped.Key.ShouldStartWith("key \"line??break");
        skipped.Key.Length.ShouldBeLessThan(100);
        skipped.ToString().ShouldNotContain("c2VjcmV0");
    }

    [Fact]
    public void Key_that_publishes_its_private_half_is_skipped_and_never_shown()
    {
        using var rsa = RSA.Create(2048);
        var parameters = rsa.ExportParameters(true);
        var secret = Base64Url.EncodeToString(parameters.D);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["kid"] = "leaked",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = "AQAB",
            ["d"] = secret,
        };
        var ec = TestKeys.P256.ToJwk();
        ec["d"] = secret;

        var ring = Shop.RingOf(jwk, ec, TestKeys.P384.ToJwk());

        ring.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("ec-384");
        ring.Skipped.Select(key => key.Why).ShouldAllBe(why => why.Contains("private half"));
        ring.Skipped.ShouldAllBe(key => !key.ToString().Contains(secret));
    }

    [Fact]
    public void Set_has_at_most_100_keys()
    {
        var keys = Enumerable.Range(0, 101).Select(JsonNode? (i) =>
        {
            var jwk = TestKeys.P256.ToJwk();
            jwk["kid"] = $"{i}";
            return jwk;
        }).ToArray();

        Shop.RingOf(keys[..100]).Keys.Length.ShouldBe(100);
        ErrorOf(DocumentOf(keys)).ShouldBe("it has more than 100 keys");
    }

    [Fact]
    public void Unusable_keys_count_towards_the_limit()
    {
        ErrorOf(DocumentOf([.. Enumerable.Repeat<JsonNode?>(null, 101)])).ShouldBe("it has more than 100 keys");
    }

    [Fact]
    public void Mutated_key_set_is_never_a_fault()
    {
        var good = DocumentOf(TestKeys.Rsa.ToJwk(), TestKeys.P256.ToJwk(), TestKeys.Ed25519.ToJwk());
        var mutated =
            from at in Gen.Choose(0, good.Length - 1)
            from text in Gen.OneOf(
                Gen.Elements("", "A", "_", "=", "B", "\"", "{", "]", ",", "\\u0000", "null", "\u00e9", " "),
                Gen.Choose(32, 126).Select(code => ((char)code).ToString()))
            select good[..at] + text + good[(at + 1)..];

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(mutated.ToArbitrary(), document =>
            JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(document), out var ring, out var error) ? !ring.IsEmpty : error.Length > 0));
    }

    [Fact]
    public void Garbage_is_never_a_fault()
    {
        var bytes = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(bytes.ToArbitrary(), document =>
            !JsonWebKeySet.TryParse(document, out _, out var error) && error.Length > 0));
    }

    private static string DocumentOf(params JsonNode?[] keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key?.DeepClone())]) }.ToJsonString();

    private static string ErrorOf(string document)
    {
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(document), out var ring, out var error).ShouldBeFalse();
        ring.ShouldBeNull();
        return error.ShouldNotBeNull();
    }
}
