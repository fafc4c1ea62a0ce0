using System.Text;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary><c>POST /admin/revocations/token</c>: whoever holds the whole token need not know what is in it.</summary>
public sealed class RevokeTokenTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;
    private readonly TestGateway _gateway;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public RevokeTokenTests(StandardGateway parts)
    {
        _parts = parts;
        _gateway = parts.Gateway;
        parts.Reset();
    }

    [Fact]
    public async Task Token_with_jti_is_revoked_by_it_until_it_expires()
    {
        var token = _parts.Issuer.Token().With("jti", _name).With("exp", _now + 300).Build();
        await _gateway.ShouldAnswerAsync(token, 200);

        // What a library of RFC 7009 sends along is none of our business.
        var answer = await _gateway.RevokeTokenAsync(
            ("token", token), ("token_type_hint", "access_token"), ("client_id", "shop-web"), ("reason", "found on a forum"));

        answer.Status.ShouldBe(200, answer.Description);
        answer.Body["revoked"]!.GetValue<bool>().ShouldBeTrue();
        var entry = answer.Body["revocation"]!;
        entry["kind"]!.GetValue<string>().ShouldBe("jti");
        entry["value"]!.GetValue<string>().ShouldBe(_name);
        entry["reason"]!.GetValue<string>().ShouldBe("found on a forum");
        entry["expires"]!.Seconds().ShouldBe(_now + 300 + 60 + 1);
        answer.Body.ToJsonString().ShouldNotContain(token);
        await _gateway.UntilAsync(token, 401);
    }

    [Fact]
    public async Task Token_without_jti_is_revoked_by_its_hash()
    {
        var token = _parts.Issuer.Token().Without("jti").With("sub", _name).Build();
        var twin = _parts.Issuer.Token().Without("jti").With("sub", _name).With("n", 1).Build();
        using var json = new StringContent($$"""{ "token": "{{token}}" }""", Encoding.UTF8, "application/json");

        var answer = await _gateway.SendAsync(HttpMethod.Post, "/token", json, null);

        answer.Body["revocation"]!["kind"]!.GetValue<string>().ShouldBe("token");
        answer.Body["revocation"]!["value"]!.GetValue<string>().ShouldBe(RevocationKeys.HashOf(token));
        await _gateway.UntilAsync(token, 401);
        await _gateway.ShouldAnswerAsync(twin, 200);
    }

    [Fact]
    public async Task Expired_token_is_answered_with_200_and_nothing_is_written()
    {
        var answer = await _gateway.RevokeTokenAsync(
            ("token", _parts.Issuer.Token().With("jti", _name).With("iat", _now - 600).With("exp", _now - 61).Build()));

        answer.Status.ShouldBe(200);
        answer.Body.ToJsonString().ShouldBe("""{"revoked":false,"why":"expired"}""");
        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Token_that_is_over_but_for_the_skew_is_still_revoked()
    {
        var token = _parts.Issuer.Token().With("jti", _name).With("iat", _now - 600).With("exp", _now - 20).Build();
        await _gateway.ShouldAnswerAsync(token, 200);

        (await _gateway.RevokeTokenAsync(("token", token))).Body["revoked"]!.GetValue<bool>().ShouldBeTrue();

        await _gateway.UntilAsync(token, 401);
    }

    [Fact]
    public async Task Token_that_nobody_signed_revokes_nothing()
    {
        using var stranger = SigningKey.Rsa("rsa-1");
        var forged = new TokenBuilder(stranger, _parts.Issuer.Issuer).With("jti", _name).Build();
        var good = _parts.Issuer.Token().With("jti", _name).Build();

        foreach (var (token, why) in new[]
        {
            (forged, "bad_signature"), (good[..^10], "bad_signature"),
            (good.Split('.')[0] + "." + good.Split('.')[1] + ".AAAA", "bad_signature"),
            (_parts.Issuer.Token().With("jti", _name).WithHeader("kid", "other").Build(), "unknown_key"),
            (_parts.Issuer.Token().With("jti", _name).With("iss", "https://other.example").Build(), "unknown_issuer"),
            (_parts.Issuer.Token().With("jti", _name).Without("exp").Build(), "missing_claim"), ("not a token", "malformed"),
        })
        {
            var answer = await _gateway.RevokeTokenAsync(("token", token));

            answer.Status.ShouldBe(400, why);
            answer.Error.ShouldBe("invalid_request");
            answer.Description.ShouldNotBeNull().ShouldContain($"({why})");
        }

        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
        await _gateway.ShouldAnswerAsync(good, 200);
    }

    [Fact]
    public async Task Wrong_call_says_what_to_send()
    {
        (await _gateway.RevokeTokenAsync(("tokn", "x"))).Description.ShouldBe("token: this is required (RFC 7009 section 2.1).");
        (await _gateway.RevokeTokenAsync(("token", "x"), ("token", "y"))).Description.ShouldBe("A parameter occurs twice.");
        (await _gateway.RevokeTokenAsync(("token", new string('x', 40_000)))).Status.ShouldBe(413);
        using var unknown = new StringContent("""{ "token": "x", "why": "y" }""", Encoding.UTF8, "application/json");
        (await _gateway.SendAsync(HttpMethod.Post, "/token", unknown, null)).Description.ShouldNotBeNull().ShouldStartWith("why: this member is unknown");
        using var text = new StringContent("token=x", Encoding.UTF8, "text/plain");
        (await _gateway.SendAsync(HttpMethod.Post, "/token", text, null)).Status.ShouldBe(415);
    }
}
