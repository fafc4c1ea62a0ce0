using System.Text;
using System.Text.Json.Nodes;
using Gateway.Jose;
using Gateway.Testing;

namespace Gateway.Tests.Jose;

/// <summary>The gateway's own keys: what is taken from a file, what is published of it, and what is not.</summary>
public sealed class JwsSignerSetTests
{
    private static readonly string[] PublicMembers = ["alg", "crv", "kid", "kty", "use", "x", "y"];

    [Fact]
    public void First_key_signs_and_all_are_published()
    {
        using var first = SigningKey.Ec("a");
        using var second = SigningKey.Ed25519("b");

        var set = Parse(SigningKey.PrivateSet(first, second));

        set.Current.KeyId.ShouldBe("a");
        KeysOf(set).Select(key => key["kid"]!.GetValue<string>()).ShouldBe(["a", "b"]);
        KeysOf(set).Select(key => key["alg"]!.GetValue<string>()).ShouldBe(["ES256", "EdDSA"]);
    }

    [Fact]
    public void Only_public_members_are_published_whatever_else_the_file_says()
    {
        using var ec = SigningKey.Ec("a");
        using var okp = SigningKey.Ed25519("b");
        foreach (var key in new[] { ec, okp })
        {
            var jwk = key.ToPrivateJwk();
            foreach (var extra in new[] { "p", "q", "dp", "dq", "qi", "k", "D", "oth", "x5c", "note" })
            {
                jwk[extra] = "c2VjcmV0";
            }

            var published = KeysOf(Parse(SetOf(jwk))).ShouldHaveSingleItem();

            published.Select(member => member.Key).Except(PublicMembers).ShouldBeEmpty();
            published["x"]!.GetValue<string>().ShouldBe(key.ToJwk()["x"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Published_keys_verify_what_the_gateway_signs()
    {
        using var ec = SigningKey.Ec("a");
        using var okp = SigningKey.Ed25519("b");
        foreach (var (key, algorithm) in new[] { (ec, SignatureAlgorithm.ES256), (okp, SignatureAlgorithm.Ed25519) })
        {
            var set = Parse(SigningKey.PrivateSet(key));
            var text = set.Current.Sign("JWT", "{}"u8);

            JsonWebKeySet.TryParse(set.Jwks.Span, out var ring, out var error).ShouldBeTrue(error);
            TokenParts.IsSigned(text, SignatureAlgorithms.Of(algorithm), ring.Keys.ShouldHaveSingleItem()).ShouldBeTrue();
            var signature = text.LastIndexOf('.') + 1;
            var changed = text[..signature] + (text[signature] == 'A' ? 'B' : 'A') + text[(signature + 1)..];
            TokenParts.IsSigned(changed, SignatureAlgorithms.Of(algorithm), ring.Keys[0]).ShouldBeFalse();
        }
    }

    // RFC 8037 appendix A.3: the thumbprint of its key.
    [Fact]
    public void Key_without_an_id_is_named_by_its_thumbprint()
    {
        var set = Parse(
            """{"keys":[{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}""");

        set.Current.KeyId.ShouldBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    [Fact]
    public void Key_may_choose_the_newer_name_of_its_algorithm()
    {
        using var key = SigningKey.Ed25519();

        Parse(SetOf(With(key.ToPrivateJwk(), "alg", "Ed25519"))).Current.Algorithm.ShouldBe("Ed25519");
    }

    [Fact]
    public void Set_that_keeps_its_first_key_keeps_its_object()
    {
        using var first = SigningKey.Ec("a");
        using var second = SigningKey.Ec("b");
        var before = Parse(SigningKey.PrivateSet(first));

        Parse(SigningKey.PrivateSet(first, second)).After(before).Current.ShouldBeSameAs(before.Current);
        Parse(SigningKey.PrivateSet(second, first)).After(before).Current.KeyId.ShouldBe("b");
    }

    public static TheoryData<string, string> Bad
    {
        get
        {
            using var ec = SigningKey.Ec("a");
            using var other = SigningKey.Ec("a");
            using var okp = SigningKey.Ed25519("a");
            using var wide = SigningKey.Ec("a", "nistP384");
            using var rsa = SigningKey.Rsa("a");
            return new TheoryData<string, string>
            {
                { "", "not a JWK Set" },
                { "[]", "not a JWK Set" },
                { "{}", "not a JWK Set" },
                { """{"keys":{}}""", "not a JWK Set" },
                { """{"keys":[]}""", "lists 0 keys" },
                { """{"keys":[],"keys":[]}""", "not a JWK Set" },
                { """{"keys":[1]}""", "is not a JSON object" },
                { SetOf(ec.ToJwk()), "has no private half" },
                { SetOf(okp.ToJwk()), "has no private half" },
                { SetOf(wide.ToPrivateJwk()), "is neither an EC key of P-256 nor an OKP key of Ed25519" },
                { SetOf(rsa.ToJwk()), "is neither an EC key of P-256 nor an OKP key of Ed25519" },
                { SetOf(With(ec.ToPrivateJwk(), "kty", "oct")), "is neither" },
                { SetOf(With(ec.ToPrivateJwk(), "d", other.ToPrivateJwk()["d"])), "does not belong" },
                { SetOf(With(okp.ToPrivateJwk(), "d", ec.ToPrivateJwk()["d"])), "does not belong" },
                { SetOf(With(ec.ToPrivateJwk(), "d", "AA")), "has no private half" },
                { SetOf(With(ec.ToPrivateJwk(), "d", "!")), "has no private half" },
                { SetOf(With(ec.ToPrivateJwk(), "d", 7)), "has no private half" },
                { SetOf(With(ec.ToPrivateJwk(), "x", other.ToPrivateJwk()["x"])), "rejected by the crypto library" },
                { SetOf(With(ec.ToPrivateJwk(), "y", null)), "has no `x` and `y`" },
                { SetOf(With(ec.ToPrivateJwk(), "use", "enc")), "`use` other than sig" },
                { SetOf(With(ec.ToPrivateJwk(), "key_ops", new JsonArray("verify"))), "`key_ops` without sign" },
                { SetOf(With(ec.ToPrivateJwk(), "alg", "EdDSA")), "`alg` other than ES256" },
                { SetOf(With(okp.ToPrivateJwk(), "alg", "ES256")), "`alg` other than EdDSA and Ed25519" },
                { SetOf(With(ec.ToPrivateJwk(), "kid", "")), "`kid` that is not a text" },
                { SetOf(With(ec.ToPrivateJwk(), "kid", 7)), "`kid` that is not a text" },
                { SetOf(ec.ToPrivateJwk(), other.ToPrivateJwk()), "`kid` of another key" },
                { SetOf(ec.ToPrivateJwk(), With(other.ToJwk(), "kid", "b")), "key \"b\" has no private half" },
                { new string(' ', JwsSignerSet.MaxLength) + "{}", "larger than" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Set_with_a_key_that_cannot_be_used_is_an_error_that_shows_no_secret(string text, string problem)
    {
        JwsSignerSet.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error).ShouldBeFalse();

        error.ShouldContain(problem);
        text.Split('"').Where(part => part.Length > 40).ShouldAllBe(part => !error.Contains(part));
    }

    private static JwsSignerSet Parse(string text)
    {
        JwsSignerSet.TryParse(Encoding.UTF8.GetBytes(text), out var set, out var error).ShouldBeTrue(error);
        return set!;
    }

    private static JsonObject[] KeysOf(JwsSignerSet set) =>
        [.. JsonNode.Parse(set.Jwks.Span)!["keys"]!.AsArray().Select(key => key!.AsObject())];

    private static string SetOf(params JsonObject[] keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString();

    private static JsonObject With(JsonObject jwk, string member, JsonNode? value)
    {
        jwk[member] = value?.DeepClone();
        return jwk;
    }
}
