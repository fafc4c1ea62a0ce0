using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>An issuer template for realms: each has keys of its own, and a token cannot make the gateway call another server.</summary>
public sealed class TemplateTests : RealmFamily
{
    [Fact]
    public async Task Realm_is_discovered_with_its_first_token_and_has_keys_of_its_own()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+" }""");
        Asked.ShouldBeEmpty();

        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);

        (await gateway.DescribeAsync("family:red"))!.KeyIds().ShouldBe(["key-of-red"]);
        (await gateway.DescribeAsync("family:blue"))!["issuer"]!.GetValue<string>().ShouldBe(Issuer("blue"));
        (await StatusAsync(gateway, new TokenBuilder(Realms["blue"], Issuer("red")).Build())).ShouldBe(401);
    }

    [Fact]
    public async Task Realm_can_be_refreshed_and_its_key_forgotten_by_its_own_name()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"] }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        (await gateway.RefreshAsync("family:red")).Status.ShouldBe(200);
        (await gateway.ForgetKeyAsync("family:red", "key-of-red")).Issuer.KeyIds().ShouldBeEmpty();

        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Value_is_a_claim_for_policies_and_identity_headers()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"] }""", configuration => configuration
            .WithPolicy("reds", """{ "Claims": [{ "Path": "$realm", "AnyOf": ["red"] }] }""")
            .With("Gateway:Identity:Headers", """{ "X-Auth-Realm": "$realm" }"""));

        (await StatusAsync(gateway, Token("red"), "/reds/a")).ShouldBe(200);
        Destination.Last.Header("X-Auth-Realm").ShouldBe("red");
        // What the token says about itself is not what it is read from.
        (await StatusAsync(gateway, new TokenBuilder(Realms["blue"], Issuer("blue")).With("$realm", "red").With("realm", "red").Build(), "/reds/a")).ShouldBe(403);
        (await StatusAsync(gateway, new TokenBuilder(Realms["blue"], Issuer("blue")).With("$realm", "red").Build())).ShouldBe(200);
        Destination.Last.Header("X-Auth-Realm").ShouldBe("blue");
    }

    [Fact]
    public async Task Keys_address_may_hold_the_placeholder()
    {
        await using var gateway = await StartAsync(
            """{ "AnyOf": ["red", "blue"] }""",
            configuration =>
                configuration.With("Gateway:Issuers:family:Keys", $$"""{ "JwksUri": "{{Provider.Address}}/realms/{realm}/keys" }"""));

        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);

        Asked.Distinct().ShouldBe(["/realms/blue/keys"]);
    }

    [Theory]
    [InlineData("""{ "AnyOf": ["red"] }""", "blue")]
    [InlineData("""{ "AnyOf": ["red"] }""", "RED")]
    [InlineData("""{ "Matches": "r[a-z]*" }""", "blue")]
    [InlineData("""{ "Matches": "r[a-z]*" }""", "xred")]
    [InlineData("""{ "Matches": "red|green" }""", "redx")]
    public async Task Value_that_is_not_allowed_is_an_unknown_issuer_and_nobody_is_asked(string template, string realm)
    {
        await using var gateway = await StartAsync(template);

        await ShouldBeUnknownAsync(gateway, Issuer(realm));
    }

    public static TheoryData<string> Hostile =>
        [
            "..", ".", "a/b", "../a", "a%2fb", "%2e%2e", "a?x", "a#x", "a@b", "a:80", "", " ", "a b", "a\\b", "a\nb", "ä", "{realm}", ".a",
            new string('a', 200)];

    // With the widest pattern there is, so that only the syntax of a value stands in the way.
    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Value_that_could_step_out_of_its_place_never_makes_a_request(string realm)
    {
        await using var gateway = await StartAsync("""{ "Matches": "(?s).*" }""");

        await ShouldBeUnknownAsync(gateway, Issuer(realm));
    }

    [Fact]
    public async Task Idle_realm_makes_room()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1, "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        Clock.Advance(TimeSpan.FromMinutes(11));

        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the idle realm has gone");
        (await gateway.DescribeAsync("family:red")).ShouldBeNull();
    }

    [Fact]
    public async Task Realm_that_tokens_name_and_none_proves_is_idle()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1, "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        Clock.Advance(TimeSpan.FromMinutes(6));
        (await StatusAsync(gateway, new TokenBuilder(Realms["blue"], Issuer("red"), Clock).Build())).ShouldBe(401);
        Clock.Advance(TimeSpan.FromMinutes(6));

        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the idle realm has gone");
    }

    [Fact]
    public async Task Realm_that_the_provider_does_not_know_is_503_and_keeps_no_place()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");

        (await StatusAsync(gateway, new TokenBuilder(Realms["red"], Issuer("nowhere")).Build())).ShouldBe(503);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Forgotten_key_of_a_member_stays_forgotten_when_the_member_comes_back()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"], "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        await gateway.ForgetKeyAsync("family:red", "key-of-red");
        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);

        Clock.Advance(TimeSpan.FromMinutes(11));
        await Eventually.TrueAsync(async () => await gateway.DescribeAsync("family:red") is null, "the idle member has gone");

        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
    }

    private async Task ShouldBeUnknownAsync(TestGateway gateway, string issuer)
    {
        using var answer = await gateway.GetAsync("/private/a", new TokenBuilder(Realms["red"], issuer).Build());

        (await answer.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("unknown_issuer");
        Asked.ShouldBeEmpty();
    }
}
