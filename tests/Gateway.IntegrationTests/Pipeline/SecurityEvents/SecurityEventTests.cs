using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Pipeline.Logout;
using Gateway.IntegrationTests.Redis;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.SecurityEvents;

/// <summary>Security events of an issuer (CAEP, RISC) end access here.</summary>
public sealed class SecurityEventTests : IClassFixture<SecurityEventGateway>
{
    private readonly StandardGateway _parts;
    private readonly TestGateway _gateway;
    private readonly string _name = Guid.NewGuid().ToString("N");

    public SecurityEventTests(SecurityEventGateway parts)
    {
        _parts = parts;
        _gateway = parts.Gateway;
        parts.Reset();
    }

    private string Subject => $$"""{ "format": "iss_sub", "iss": "{{_parts.Issuer.Issuer}}", "sub": "{{_name}}" }""";

    [Theory]
    [InlineData("caep/session-revoked")]
    [InlineData("caep/credential-change")]
    [InlineData("caep/token-claims-change")]
    [InlineData("risc/account-disabled")]
    [InlineData("risc/account-purged")]
    [InlineData("risc/sessions-revoked")]
    public async Task Tokens_of_the_subject_up_to_the_event_are_revoked(string type)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var before = _parts.Issuer.Token().With("sub", _name).With("iat", now - 5).Build();
        await _gateway.ShouldAnswerAsync(before, 200);
        _parts.Destination.Forget();

        (await _gateway.PushAsync(_parts.Issuer.Token().AsSecurityEvent(type, Subject).With("iat", now - 5).Build())).ShouldBe((202, null));

        _parts.Destination.Received.ShouldBeEmpty("no route sees a security event");
        await _gateway.ShouldAnswerAsync(before, 401);
        await _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("sub", _name).With("iat", now - 4).Build(), 200);
        await _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("sub", _name + "x").Build(), 200);
        var entry = (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldHaveSingleItem();
        entry["kind"]!.GetValue<string>().ShouldBe("sub");
        entry["reason"]!.GetValue<string>().ShouldBe($"security event {type.Split('/')[1]}");
        entry["by"]!.GetValue<string>().ShouldBe("issuer=shop");
    }

    [Theory]
    [InlineData("""{ "format": "opaque", "id": "NAME" }""", false)]
    [InlineData("""{ "format": "complex", "session": { "format": "opaque", "id": "NAME" } }""", false)]
    [InlineData(
        """{ "format": "complex", "session": { "format": "opaque", "id": "NAME" }, "user": { "format": "iss_sub", "iss": "ISSUER", "sub": "NAME" }, "tenant": { "format": "opaque", "id": "t" } }""",
        true)]
    public async Task Session_is_revoked_with_its_user(string subject, bool isUserOut)
    {
        var session = _parts.Issuer.Token().With("sid", _name).Build();
        var user = _parts.Issuer.Token().With("sub", _name).Build();
        subject =
            subject.Replace("NAME", _name, StringComparison.Ordinal).Replace("ISSUER", _parts.Issuer.Issuer, StringComparison.Ordinal);

        (await _gateway.PushAsync(_parts.Issuer.Token().AsSecurityEvent("caep/session-revoked", subject).Build())).Status.ShouldBe(202);

        await _gateway.ShouldAnswerAsync(session, 401);
        await _gateway.ShouldAnswerAsync(user, isUserOut ? 401 : 200);
    }

    [Fact]
    public async Task Subject_in_the_event_counts_as_in_drafts_of_RISC()
    {
        var token = _parts.Issuer.Token().With("sub", _name).Build();
        var pushed = _parts.Issuer.Token().AsSecurityEvent("risc/account-disabled", null).With("events", JsonNode.Parse($$"""
            { "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {
                "subject": { "subject_type": "iss-sub", "iss": "{{_parts.Issuer.Issuer}}", "sub": "{{_name}}" }, "reason": "hijacking" } }
            """));

        (await _gateway.PushAsync(pushed.Build())).Status.ShouldBe(202);

        await _gateway.ShouldAnswerAsync(token, 401);
    }

    [Theory]
    [InlineData("ssf/verification")]
    [InlineData("sse/verification")]
    [InlineData("risc/verification")]
    public async Task Verification_is_acknowledged_and_revokes_nothing(string type)
    {
        var pushed = _parts.Issuer.Token().AsSecurityEvent(type, $$"""{ "format": "opaque", "id": "{{_name}}" }""");

        (await _gateway.PushAsync(pushed.Build())).ShouldBe((202, null));

        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Replayed_security_event_is_rejected()
    {
        using var tokens = new MetricCapture(_gateway, "gateway.security_events.tokens");
        var pushed = _parts.Issuer.Token().AsSecurityEvent("risc/account-disabled", Subject).Build();
        (await _gateway.PushAsync(pushed)).Status.ShouldBe(202);

        (await _gateway.PushAsync(pushed)).ShouldBeRejected("replayed");
        tokens.Measurements.ShouldBe(["1 issuer=shop result=done", "1 issuer=shop result=replayed"]);
    }

    [Fact]
    public async Task Error_is_one_of_RFC_8935()
    {
        (await _gateway.PushAsync(Event().With("iss", "https://other.example").Build())).ShouldBeRejected("unknown_issuer", "invalid_issuer");
        (await _gateway.PushAsync(Event().With("aud", "https://other.example").Build())).ShouldBeRejected("wrong_audience", "invalid_audience");
        (await _gateway.PushAsync(Event().With("aud", "shop-api").Build())).ShouldBeRejected("wrong_audience", "invalid_audience");
        (await _gateway.PushAsync(Event().WithHeader("kid", "other").Build())).ShouldBeRejected("unknown_key", "invalid_key");
        (await _gateway.PushAsync(Event().WithHeader("alg", "none").Build())).ShouldBeRejected("unsupported_algorithm", "invalid_key");
        (await _gateway.PushAsync(Event().WithHeader("alg", "HS256").Build())).ShouldBeRejected("unsupported_algorithm", "invalid_key");
        (await _gateway.PushAsync(Event().Build()[..^6] + "AAAAAA")).ShouldBeRejected("bad_signature", "invalid_key");
        (await _gateway.PushAsync("no token")).ShouldBeRejected("malformed");
        await ShouldBeInAsync();
    }

    [Fact]
    public async Task Other_kinds_of_tokens_are_no_security_events_and_the_reverse()
    {
        var id = _parts.Issuer.Token().With("nonce", "n").With("aud", "https://api.example.com");
        id.Header["typ"] = "JWT";
        (await _gateway.PushAsync(id.Build())).ShouldBeRejected("wrong_type");
        (await _gateway.PushAsync(_parts.Issuer.Token().With("aud", "https://api.example.com").Build())).ShouldBeRejected("wrong_type");
        (await _gateway.PushAsync(_parts.Issuer.Token().AsLogout("https://api.example.com").Build())).ShouldBeRejected("wrong_type");
        (await _gateway.PushAsync(Event().WithoutHeader("typ").Build())).ShouldBeRejected("wrong_type");

        await _gateway.ShouldAnswerAsync(Event().With("aud", "shop-api").With("sub", _name).Build(), 401);
        (await _gateway.LogOutAsync(Event().With("aud", "shop-web").Build())).Status.ShouldBe(400);
        await ShouldBeInAsync();
    }

    [Theory]
    [InlineData("iss", null, "missing_claim")]
    [InlineData("aud", null, "missing_claim")]
    [InlineData("iat", null, "missing_claim")]
    [InlineData("iat", "\"1\"", "bad_claim")]
    [InlineData("iat", "4000000000", "not_yet_valid")]
    [InlineData("iat", "1000000000", "expired")]
    [InlineData("jti", null, "missing_claim")]
    [InlineData("jti", "1", "bad_claim")]
    [InlineData("exp", "4000000000", "bad_claim")]
    [InlineData("sub", "\"alice\"", "bad_claim")]
    [InlineData("nonce", "\"n\"", "wrong_type")]
    [InlineData("cnf", """{ "jkt": "x" }""", "bad_claim")]
    [InlineData("events", null, "missing_claim")]
    [InlineData("events", "{}", "bad_claim")]
    [InlineData("events", "[]", "bad_claim")]
    [InlineData("events", "\"https://schemas.openid.net/secevent/risc/event-type/account-disabled\"", "bad_claim")]
    [InlineData("events", """{ "https://schemas.openid.net/secevent/risc/event-type/account-disabled": true }""", "bad_claim")]
    [InlineData("events", """{ "https://schemas.openid.net/secevent/risc/event-type/account-enabled": {} }""", "bad_claim")]
    [InlineData("events", """{ "http://schemas.openid.net/event/backchannel-logout": {} }""", "bad_claim")]
    [InlineData(
        "events", """{ "https://schemas.openid.net/secevent/risc/event-type/account-disabled": {}, "urn:other": {} }""", "bad_claim")]
    public async Task Claims_that_are_not_those_of_a_security_event_token_are_rejected(string claim, string? json, string reason)
    {
        var pushed = json is null ? Event().Without(claim) : Event().With(claim, JsonNode.Parse(json));

        (await _gateway.PushAsync(pushed.Build())).ShouldBeRejected(reason);
        await ShouldBeInAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"alice\"")]
    [InlineData("{}")]
    [InlineData("""{ "format": "iss_sub", "iss": "https://other.example", "sub": "NAME" }""")]
    [InlineData("""{ "format": "iss_sub", "sub": "NAME" }""")]
    [InlineData("""{ "format": "iss_sub", "iss": "ISSUER" }""")]
    [InlineData("""{ "format": "iss_sub", "iss": "ISSUER", "sub": "" }""")]
    [InlineData("""{ "format": "iss_sub", "iss": "ISSUER", "sub": 1 }""")]
    [InlineData("""{ "format": "email", "email": "NAME" }""")]
    [InlineData("""{ "format": "opaque", "id": "NAME" }""")]
    [InlineData("""{ "format": "phone_number", "phone_number": "NAME" }""")]
    [InlineData("""{ "format": "complex" }""")]
    [InlineData("""{ "format": "complex", "device": { "format": "opaque", "id": "NAME" } }""")]
    [InlineData("""{ "format": "complex", "user": { "format": "iss_sub", "iss": "https://other.example", "sub": "NAME" } }""")]
    [InlineData(
        """{ "format": "complex", "user": { "format": "complex", "user": { "format": "iss_sub", "iss": "ISSUER", "sub": "NAME" } } }""")]
    [InlineData(
        """{ "format": "complex", "session": { "format": "opaque", "id": "NAME" }, "user": { "format": "email", "email": "NAME" } }""")]
    public async Task Subject_that_is_not_the_issuers_is_rejected(string? subject)
    {
        var id =
            subject?.Replace("NAME", _name, StringComparison.Ordinal).Replace("ISSUER", _parts.Issuer.Issuer, StringComparison.Ordinal);

        (await _gateway.PushAsync(_parts.Issuer.Token().AsSecurityEvent("risc/account-disabled", id).Build())).ShouldBeRejected("bad_claim");
        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Email_is_the_subject_where_the_issuer_has_it_there()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration =>
                configuration.With(
                    "Gateway:Issuers:shop:SecurityEvents", """{ "Audience": "https://api.example.com", "EmailIsSubject": true }"""));
        var token = parts.Issuer.Token().With("sub", "alice@example.com").Build();

        (await parts.Gateway.PushAsync(
            parts.Issuer.Token()
                .AsSecurityEvent("caep/credential-change", """{ "format": "email", "email": "alice@example.com" }""")
                .Build())).Status.ShouldBe(202);

        await parts.Gateway.ShouldAnswerAsync(token, 401);
    }

    [Fact]
    public async Task Session_alone_is_revoked_where_access_tokens_carry_it()
    {
        await using var parts = await StandardGateway.StartAsync(
            configuration =>
                configuration.With(
                    "Gateway:Issuers:shop:SecurityEvents", """{ "Audience": "https://api.example.com", "SessionOnly": true }"""));
        var (phone, laptop) = (parts.Issuer.Token().With("sid", "phone").Build(), parts.Issuer.Token().With("sid", "laptop").Build());

        (await parts.Gateway.PushAsync(parts.Issuer.Token().AsSecurityEvent("caep/session-revoked", $$"""
            { "format": "complex", "session": { "format": "opaque", "id": "phone" }, "user": { "format": "iss_sub", "iss": "{{parts.Issuer.Issuer}}", "sub": "alice" } }
            """).Build())).Status.ShouldBe(202);

        await parts.Gateway.ShouldAnswerAsync(phone, 401);
        await parts.Gateway.ShouldAnswerAsync(laptop, 200);
    }

    [Theory]
    [InlineData("POST", "/security-events/unknown", 404)]
    [InlineData("POST", "/security-events", 404)]
    [InlineData("POST", "/Security-Events/shop/more", 404)]
    [InlineData("GET", "/security-events/shop", 405)]
    [InlineData("POST", "/x/..%2fsecurity-events/shop", 400)]
    public async Task Nothing_below_the_path_of_security_events_reaches_a_route(string method, string path, int status)
    {
        var answer = await RawHttp.SendAsync(
            _gateway.Address,
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/secevent+jwt\r\nContent-Length: 1\r\nConnection: " +
                "close\r\n\r\nx");

        RawHttp.StatusOf(answer).ShouldBe(status);
        _parts.Destination.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("application/jwt", "x")]
    [InlineData("application/x-www-form-urlencoded", "x")]
    [InlineData("application/secevent+jwt", "")]
    public async Task Body_that_is_no_security_event_token_is_a_bad_request(string type, string body)
    {
        var (status, error) = await _gateway.PushAsync(body, type: type);

        status.ShouldBe(400);
        error!["err"]!.GetValue<string>().ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Rejection_of_a_security_event_tells_the_public_nothing()
    {
        await using var parts = await StandardGateway.StartAsync(configuration => configuration
            .With(
                "Gateway:Issuers:shop:SecurityEvents",
                """{ "Audience": "https://api.example.com" }""").With("Gateway:Errors:Detailed", JsonValue.Create(false)));

        (await parts.Gateway.PushAsync("x")).Error!.ToJsonString().ShouldBe(
            """{"err":"invalid_request","description":"The security event token is not valid."}""");
    }

    [Fact]
    public async Task Security_event_that_cannot_be_kept_fails_and_the_same_token_may_come_again()
    {
        await using var all = await RedisGateways.StartAsync(1, configuration => configuration
            .With(
                "Gateway:Issuers:shop:SecurityEvents",
                """{ "Audience": "https://api.example.com" }""").With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:01:00")));
        var access = all.Issuer.Token().Build();
        var pushed = all.Issuer.Token()
            .AsSecurityEvent("risc/account-disabled", $$"""{ "format": "iss_sub", "iss": "{{all.Issuer.Issuer}}", "sub": "alice" }""")
            .Build();
        await all[0].ShouldAnswerAsync(access, 200);
        await all.Redis.KillAsync();

        (await all[0].PushAsync(pushed)).Status.ShouldBe(503);

        await all.Redis.RestartAsync();
        await Eventually.TrueAsync(async () => (await all[0].PushAsync(pushed)).Status == 202, "the store is back");
        await all[0].UntilAsync(access, 401);
    }

    [Fact]
    public async Task Copy_of_a_security_event_that_is_still_being_written_is_not_taken_for_one_in_effect()
    {
        await using var all = await RedisGateways.StartAsync(1, configuration => configuration
            .With(
                "Gateway:Issuers:shop:SecurityEvents",
                """{ "Audience": "https://api.example.com" }""").With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:01:00")));
        var pushed = all.Issuer.Token()
            .AsSecurityEvent("risc/account-disabled", $$"""{ "format": "iss_sub", "iss": "{{all.Issuer.Issuer}}", "sub": "alice" }""")
            .Build();
        await all.Redis.HangAsync();

        var copies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => all[0].PushAsync(pushed)));

        await all.Redis.ContinueAsync();
        copies.Select(copy => copy.Status).ShouldBe([503, 503, 503, 503, 503]);
        await Eventually.TrueAsync(async () => (await all[0].PushAsync(pushed)).Status == 202, "the store is back");
        (await all[0].PushAsync(pushed)).ShouldBeRejected("replayed");
    }

    [Fact]
    public async Task Security_events_signed_by_another_library_are_accepted()
    {
        const string issuer = "https://idp.example.com";
        var subject = new JsonObject { ["format"] = "iss_sub", ["iss"] = issuer, ["sub"] = "alice" };
        string[] types = ["caep/event-type/session-revoked", "risc/event-type/account-purged", "ssf/event-type/verification"];
        var sets = types.Select(type => (JsonNode)new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = "https://api.example.com",
            ["sub_id"] = subject.DeepClone(),
            ["events"] = new JsonObject { [$"https://schemas.openid.net/secevent/{type}"] = new JsonObject { ["event_timestamp"] = 1 } },
        });
        var result = await Script.RunAsync(
            "node", [Path.Combine(Script.Interop, "security-events.mjs")],
            new JsonObject { ["sets"] = new JsonArray([.. sets]) }.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        var signed = JsonNode.Parse(result.Output)!;
        await using var destination = await RecordingDestination.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(destination).With("Gateway:Issuers:shop", $$"""
                { "Issuer": "{{issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "jwks.json" }, "SecurityEvents": { "Audience": "https://api.example.com" } }
                """),
            files: new Dictionary<string, string> { ["jwks.json"] = signed["jwks"]!.ToJsonString() });

        foreach (var token in signed["tokens"]!.AsArray())
        {
            (await gateway.PushAsync(token!.GetValue<string>())).ShouldBe((202, null));
            (await gateway.PushAsync(token.GetValue<string>())).ShouldBeRejected("replayed");
        }

        (await gateway.ListAsync("?value=alice")).Entries.ShouldNotBeEmpty();
    }

    private TokenBuilder Event() => _parts.Issuer.Token().AsSecurityEvent("risc/account-disabled", Subject);

    private Task ShouldBeInAsync() => _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("sub", _name).Build(), 200);
}
