using System.Text;
using System.Text.Json.Nodes;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Authentication;
using Jose;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Gateway.Tests.Tokens.Decryption;

/// <summary>What encrypted tokens the gateway takes, and what it rejects.</summary>
public sealed class EncryptedTokenTests : IDisposable
{
    private const string Undecryptable = "undecryptable";

    private readonly EncryptedShop _shop = new();

    public static TheoryData<JweAlgorithm, JweEncryption> Combinations
    {
        get
        {
            var all = new TheoryData<JweAlgorithm, JweEncryption>();
            foreach (var management in EncryptedShop.Managements)
            {
                foreach (var encryption in EncryptedShop.Encryptions)
                {
                    all.Add(management, encryption);
                }
            }

            return all;
        }
    }

    public void Dispose() => _shop.Dispose();

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Good_token_passes_with_every_algorithm(JweAlgorithm management, JweEncryption encryption)
    {
        var token = _shop.Token(management, encryption);

        (await _shop.DecideAsync(token)).ShouldBe("accepted");
        var outcome = await _shop.Bench.AuthenticateAsync(token);
        outcome.Token!.Token.Subject.ShouldBe("alice");
        Encoding.ASCII.GetString(outcome.Token.Token.Text).ShouldBe(token);
        outcome.Token.Token.ReadHeader().GetProperty("alg").GetString().ShouldBe("RS256");
        JsonNode.Parse(Base64Url.DecodeFromChars(outcome.Token.Token.EncodedClaims))!["sub"]!.GetValue<string>().ShouldBe("alice");
    }

    [Theory]
    [InlineData(JweAlgorithm.RSA1_5)]
    [InlineData(JweAlgorithm.RSA_OAEP)]
    [InlineData(JweAlgorithm.RSA_OAEP_384)]
    [InlineData(JweAlgorithm.RSA_OAEP_512)]
    public async Task Other_padding_of_RSA_is_rejected(JweAlgorithm management) =>
        (await _shop.DecideAsync(EncryptedShop.Rsa.Encrypt(_shop.Shop.Token().Build(), management, JweEncryption.A256GCM))).ShouldBe(Undecryptable);

    [Theory]
    [InlineData(JweAlgorithm.ECDH_ES_A192KW, JweEncryption.A256GCM)]
    [InlineData(JweAlgorithm.ECDH_ES, JweEncryption.A192GCM)]
    [InlineData(JweAlgorithm.ECDH_ES, JweEncryption.A192CBC_HS384)]
    public async Task Algorithms_that_are_not_in_the_table_are_rejected(JweAlgorithm management, JweEncryption encryption) =>
        (await _shop.DecideAsync(EncryptedShop.P256.Encrypt(_shop.Shop.Token().Build(), management, encryption))).ShouldBe(Undecryptable);

    [Theory]
    [InlineData(JweAlgorithm.A128KW)]
    [InlineData(JweAlgorithm.A128GCMKW)]
    public async Task Wrapping_with_a_shared_key_is_rejected(JweAlgorithm management) =>
        (await _shop.DecideAsync(EncryptedShop.Secret16.Encrypt(_shop.Shop.Token().Build(), management, JweEncryption.A128GCM))).ShouldBe(Undecryptable);

    [Fact]
    public async Task Password_based_encryption_is_rejected_without_a_hash_of_it()
    {
        var token = JWT.Encode(_shop.Shop.Token().Build(), "password", JweAlgorithm.PBES2_HS256_A128KW, JweEncryption.A128GCM);

        (await _shop.DecideAsync(token)).ShouldBe(Undecryptable);
    }

    [Fact]
    public async Task Compressed_token_is_rejected() => (await _shop.DecideAsync(EncryptedShop.Rsa.Encrypt(
        _shop.Shop.Token().Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM,
        compression: JweCompression.DEF))).ShouldBe(Undecryptable);

    [Theory]
    [InlineData("crit", """["exp"]""")]
    [InlineData("crit", "[]")]
    [InlineData("zip", "\"none\"")]
    [InlineData("cty", "\"text\"")]
    [InlineData("cty", "1")]
    [InlineData("kid", "1")]
    [InlineData("kid", "\"other\"")]
    [InlineData("b64", "false")]
    public async Task Header_member_that_is_not_taken_spoils_the_token(string member, string json) =>
        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.DIR, JweEncryption.A128GCM, headers: Header(member, json)))).ShouldBe(Undecryptable);

    [Theory]
    [InlineData("cty", null)]
    [InlineData("cty", "\"jwt\"")]
    [InlineData("cty", "\"application/JWT\"")]
    [InlineData("cty", "\"at+jwt\"")]
    [InlineData("kid", null)]
    [InlineData("typ", "\"at+jwt\"")]
    [InlineData("apu", "\"QWxpY2U\"")]
    [InlineData("apv", "\"Qm9i\"")]
    [InlineData("iss", "\"https://idp.example.com/realms/shop\"")]
    public async Task Header_member_that_honest_issuers_write_does_not(string member, string? json) =>
        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.ECDH_ES, JweEncryption.A256GCM, headers: Header(member, json)))).ShouldBe("accepted");

    [Fact]
    public async Task Signed_token_inside_is_checked_like_one_that_comes_alone()
    {
        using var stranger = SigningKey.Rsa("rsa-1");

        (await _shop.DecideAsync(Encrypted(_shop.Shop.TokenSignedBy(stranger)))).ShouldBe("bad_signature");
        (await _shop.DecideAsync(Encrypted(_shop.Shop.Token().With("exp", 1)))).ShouldBe("expired");
        (await _shop.DecideAsync(Encrypted(_shop.Shop.Token().With("aud", "other")))).ShouldBe("wrong_audience");
        (await _shop.DecideAsync(Encrypted(_shop.Shop.Token().With("iss", "https://other.example")))).ShouldBe("unknown_issuer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"sub":"alice"}""")]
    [InlineData("a.b.c")]
    [InlineData("ä.ö.ü")]
    public async Task Content_that_is_not_a_signed_token_is_rejected(string content) =>
        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, content))).ShouldBeOneOf("malformed", Undecryptable);

    [Fact]
    public async Task Encrypted_token_in_an_encrypted_token_is_rejected()
    {
        var inner = _shop.Token(JweAlgorithm.DIR, JweEncryption.A128GCM);

        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.DIR, JweEncryption.A128GCM, inner))).ShouldBe("malformed");
    }

    [Fact]
    public async Task Unsecured_token_inside_is_rejected()
    {
        var token = _shop.Shop.Token().WithHeader("alg", "none").Build();

        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, token))).ShouldBe("unsupported_algorithm");
        (await _shop.DecideAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, token[..(token.LastIndexOf('.') + 1)]))).ShouldBe("malformed");
    }

    [Fact]
    public async Task Token_that_is_too_large_is_rejected_before_it_is_decrypted()
    {
        var token = _shop.Token(JweAlgorithm.DIR, JweEncryption.A128GCM, new string('a', 16 * 1024));

        (await _shop.DecideAsync(token)).ShouldBe("too_large");
    }

    [Fact]
    public async Task Key_of_one_issuer_does_not_open_the_token_of_another()
    {
        using var others = EncryptionKey.Rsa("others");
        using var shop = new EncryptedShop(EncryptedShop.Rsa);

        var token = others.Encrypt(shop.Shop.Token().Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM);

        (await shop.DecideAsync(token)).ShouldBe(Undecryptable);
    }

    [Fact]
    public async Task Token_of_an_issuer_without_the_file_is_rejected_though_the_key_decrypts_it()
    {
        using var shop = new EncryptedShop(hasOther: true, EncryptedShop.Rsa);
        var inner = new TokenBuilder(TestKeys.Rsa, EncryptedShop.OtherIssuer, shop.Shop.Clock);
        (await shop.DecideAsync(inner.Build())).ShouldBe("accepted");

        (await shop.DecideAsync(EncryptedShop.Rsa.Encrypt(inner.Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM))).ShouldBe(Undecryptable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_of_two_keys_decrypts_while_one_replaces_the_other(bool namesKey)
    {
        using var old = EncryptionKey.Rsa("old");
        using var shop = new EncryptedShop(EncryptedShop.Rsa, old);
        var headers = namesKey ? null : new Dictionary<string, object?> { ["kid"] = null };

        (await shop.DecideAsync(old.Encrypt(shop.Shop.Token().Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, headers))).ShouldBe("accepted");
        (await shop.DecideAsync(EncryptedShop.Rsa.Encrypt(shop.Shop.Token().Build(), JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, headers))).ShouldBe("accepted");
    }

    [Fact]
    public async Task Known_token_is_not_decrypted_again()
    {
        var token = _shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM);
        var first = await _shop.Bench.AuthenticateAsync(token);

        (await _shop.Bench.AuthenticateAsync(token)).Token.ShouldBeSameAs(first.Token);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES512")]
    public async Task Token_revoked_by_its_hash_does_not_come_back_encrypted_in_either_spelling(string algorithm)
    {
        var revoked = _shop.Shop.Token(algorithm).Without("jti").Build();
        var twin = Encoding.ASCII.GetString(
            EcdsaTwin.Of(Encoding.ASCII.GetBytes(revoked), SignatureAlgorithms.Of(Enum.Parse<SignatureAlgorithm>(algorithm)))!);
        var set = new RevocationSet();
        set.Apply(
            new RevocationEntry(
                RevocationKind.Token, Tokens.Shop.Issuer, RevocationKeys.HashOf(revoked), _shop.Shop.Clock.UnixSeconds + 3600));

        foreach (var spelling in new[] { revoked, twin })
        {
            var outcome = await _shop.Bench.AuthenticateAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, spelling));
            set.IsRevoked(outcome.Token!.Token).ShouldBeTrue(spelling);
        }
    }

    [Fact]
    public async Task Encrypted_text_that_is_no_good_token_counts_as_one_that_does_not_decrypt()
    {
        for (var i = 0; i < VerificationBudget.Flood; i++)
        {
            (await _shop.Bench.DecideAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, $"no token {i}"))).ShouldNotBeNull();
        }

        var places = await AuthenticatorBench.TakePlacesAsync(_shop.Keys.Budget);
        var next = _shop.Bench.AuthenticateAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM));

        next.IsCompleted.ShouldBeFalse();
        AuthenticatorBench.FreeBudget(places);
        (await next).Token.ShouldNotBeNull();
    }

    [Fact]
    public async Task Good_token_that_is_encrypted_again_and_again_makes_up_for_no_bad_signature()
    {
        var good = _shop.Shop.Token().Build();
        var parts = good.Split('.');
        for (var i = 0; i < VerificationBudget.Flood; i++)
        {
            (await _shop.Bench.DecideAsync(_shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, good))).ShouldBeNull();
            (await _shop.Bench.DecideAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString([.. BitConverter.GetBytes(i), .. new byte[252]])}"))
                .ShouldBe(RejectionReason.BadSignature);
        }

        var places = await _shop.Bench.TakePlacesAsync();
        var next = _shop.Bench.AuthenticateAsync(_shop.Shop.Token().With("jti", "new").Build());

        next.IsCompleted.ShouldBeFalse();
        AuthenticatorBench.FreeBudget(places);
        (await next).Token.ShouldNotBeNull();
    }

    private static Dictionary<string, object?> Header(string member, string? json) =>
        new() { [member] = json is null ? null : ValueOf(JsonNode.Parse(json)!) };

    private static object ValueOf(JsonNode value) => value switch
    {
        JsonArray array => array.Select(item => item!.GetValue<string>()).ToArray(),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => value.GetValue<int>(),
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.False => false,
        _ => value.GetValue<string>(),
    };

    private string Encrypted(TokenBuilder inner) => _shop.Token(JweAlgorithm.RSA_OAEP_256, JweEncryption.A256GCM, inner.Build());
}
