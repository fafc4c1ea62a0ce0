using System.Text;
using System.Text.Json.Nodes;
using Gateway.Jose.Encryption;
using Gateway.Testing;

namespace Gateway.Tests.Jose.Encryption;

/// <summary>A file of our private keys is good as a whole or is an error that says what to correct, without key material.</summary>
public sealed class DecryptionKeySetTests : IDisposable
{
    private readonly EncryptionKey _rsa = EncryptionKey.Rsa();
    private readonly EncryptionKey _ec = EncryptionKey.Ec();

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }

    [Fact]
    public void Keys_of_every_type_are_read()
    {
        using var secret = EncryptionKey.Secret(32);

        Read(_rsa.ToPrivateJwk(), _ec.ToPrivateJwk(), secret.ToPrivateJwk()).ShouldBeNull();
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("qi")]
    public void Public_or_partial_RSA_key_is_an_error(string member)
    {
        var jwk = _rsa.ToPrivateJwk();
        jwk.Remove(member);

        Read(jwk).ShouldBe(
            "key \"enc-rsa\" lacks one of `n`, `e`, `d`, `p`, `q`, `dp`, `dq` and `qi` in base64url: write the whole private key");
    }

    [Theory]
    [InlineData("use", "sig", "has a `use` other than `enc`")]
    [InlineData("alg", "RSA-OAEP", "has an `alg` other than RSA-OAEP-256")]
    [InlineData("kty", "OKP", "has a `kty` other than RSA, EC and oct")]
    public void Key_for_something_else_is_an_error(string member, string value, string problem)
    {
        var jwk = _rsa.ToPrivateJwk();
        jwk[member] = value;

        Read(jwk).ShouldBe($"key \"enc-rsa\" {problem}");
    }

    [Fact]
    public void Public_EC_key_is_an_error()
    {
        var jwk = _ec.ToPrivateJwk();
        jwk.Remove("d");

        Read(jwk).ShouldBe("key \"enc-ec\" has no `x`, `y` and `d` of 32 bytes in base64url");
    }

    [Fact]
    public void Private_number_of_another_key_is_an_error()
    {
        using var other = EncryptionKey.Ec();
        var jwk = _ec.ToPrivateJwk();
        jwk["d"] = other.ToPrivateJwk()["d"]!.GetValue<string>();

        Read(jwk).ShouldBe("key \"enc-ec\" is rejected by the crypto library: its numbers are not a private key of its type");
    }

    [Fact]
    public void Short_RSA_key_is_an_error()
    {
        using var shorter = EncryptionKey.Rsa("short", 1024);

        Read(shorter.ToPrivateJwk()).ShouldBe("key \"short\" has 1024 bits; 2048 to 8192 are accepted");
    }

    [Fact]
    public void Secret_of_a_length_that_no_encryption_has_is_an_error()
    {
        using var secret = EncryptionKey.Secret(24, "secret");

        Read(secret.ToPrivateJwk()).ShouldBe("key \"secret\" has no `k` of 16, 32, 64 bytes in base64url, as the `enc` values need");
    }

    [Fact]
    public void One_bad_key_makes_the_file_an_error() => Read(_rsa.ToPrivateJwk(), new JsonObject { ["kty"] = "RSA" }).ShouldNotBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public void Document_that_is_not_a_key_set_is_an_error(string json) =>
        Parse(json).ShouldBe("it is not a JWK Set: a JSON object with an array `keys` (RFC 7517 section 5)");

    [Fact]
    public void Empty_key_set_is_an_error() => Parse("""{"keys":[]}""").ShouldBe("it has 0 keys; 1 to 20 are accepted");

    private static string? Read(params JsonNode?[] keys) => Parse(new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString());

    private static string? Parse(string json)
    {
        var keys = DecryptionKeySet.Parse(Encoding.UTF8.GetBytes(json), out var error);
        (keys is null).ShouldBe(error is not null);
        return error;
    }
}
