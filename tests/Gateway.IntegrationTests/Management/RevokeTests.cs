using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary><c>POST /admin/revocations</c>: names of every kind, one or many in a call.</summary>
public sealed class RevokeTests : IClassFixture<StandardGateway>
{
    private readonly StandardGateway _parts;
    private readonly TestGateway _gateway;
    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public RevokeTests(StandardGateway parts)
    {
        _parts = parts;
        _gateway = parts.Gateway;
        parts.Reset();
    }

    [Theory]
    [InlineData("jti", "jti")]
    [InlineData("sub", "sub")]
    [InlineData("sid", "sid")]
    [InlineData("client", "client_id")]
    public async Task Kind_and_value_are_enough_and_the_gateway_rejects_what_they_name(string kind, string claim)
    {
        var token = _parts.Issuer.Token().With(claim, _name).Build();
        await _gateway.ShouldAnswerAsync(token, 200);

        var answer = await _gateway.RevokeAsync($$"""{ "kind": "{{kind}}", "value": "{{_name}}" }""");

        answer.Status.ShouldBe(200, answer.Description);
        var entry = answer.Entries.ShouldHaveSingleItem();
        entry["issuer"]!.GetValue<string>().ShouldBe(_parts.Issuer.Issuer);
        entry["by"]!.GetValue<string>().ShouldBe("development");
        // The longest life, a day, and the skew of both clocks.
        entry["expires"]!.Seconds().ShouldBeInRange(_now + 86_400 + 120, _now + 86_400 + 180);
        entry["before"]?.Seconds().ShouldBeInRange(_now, _now + 60);
        (entry["before"] is null).ShouldBe(kind == "jti");
        await _gateway.UntilAsync(token, 401);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("SHOP")]
    [InlineData(null)]
    public async Task Issuer_is_named_as_in_the_configuration_or_by_its_iss(string? issuer)
    {
        var answer = await _gateway.RevokeAsync(
            new JsonObject { ["kind"] = "sub", ["value"] = _name, ["issuer"] = issuer ?? _parts.Issuer.Issuer }.ToJsonString());

        answer.Entries.ShouldHaveSingleItem()["issuer"]!.GetValue<string>().ShouldBe(_parts.Issuer.Issuer);
    }

    [Fact]
    public async Task Times_are_unix_seconds_or_iso_8601_with_an_offset()
    {
        var answer = await _gateway.RevokeAsync(
            $$"""[{ "kind": "sub", "value": "{{_name}}", "before": 1000, "expires": 4000000000 }, { "kind": "sid", "value": "{{_name}}", "before": "2026-01-01T13:00:00+01:00", "expires": "2999-01-01T00:00:00Z" }]""");

        answer.Status.ShouldBe(200, answer.Description);
        answer.Entries.Select(entry => entry["before"]!.Seconds()).ShouldBe([1000, 1_767_268_800]);
        answer.Entries.Select(entry => entry["expires"]!.Seconds()).ShouldBe([4_000_000_000, 32_472_144_000]);
    }

    [Fact]
    public async Task Cut_off_in_the_future_is_kept_until_the_last_token_before_it_is_over()
    {
        var answer = await _gateway.RevokeAsync($$"""{ "kind": "sub", "value": "{{_name}}", "before": {{_now + 7200}} }""");

        answer.Entries[0]["expires"]!.Seconds().ShouldBe(_now + 7200 + 86_400 + 120);
    }

    [Fact]
    public async Task Same_call_twice_is_one_revocation()
    {
        var call = $$"""{ "kind": "jti", "value": "{{_name}}", "reason": "again" }""";
        (await _gateway.RevokeAsync(call)).Status.ShouldBe(200);
        (await _gateway.RevokeAsync(call)).Status.ShouldBe(200);

        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldHaveSingleItem()["reason"]!.GetValue<string>().ShouldBe("again");
    }

    [Fact]
    public async Task Many_are_revoked_in_one_call()
    {
        var calls = Enumerable.Range(0, 1000).Select(index => $$"""{ "kind": "jti", "value": "{{_name}}-{{index}}" }""");

        (await _gateway.RevokeAsync($"[{string.Join(',', calls)}]")).Entries.Length.ShouldBe(1000);

        await _gateway.UntilAsync(_parts.Issuer.Token().With("jti", $"{_name}-999").Build(), 401);
        await _gateway.ShouldAnswerAsync(_parts.Issuer.Token().With("jti", $"{_name}-0").Build(), 401);
    }

    [Theory]
    [InlineData("""{ "value": "NAME" }""", "kind: write one of jti, sub, sid, client, issuer, token.")]
    [InlineData("""{ "kind": "Sub", "value": "NAME" }""", "kind: write one of")]
    [InlineData("""{ "kind": 1, "value": "NAME" }""", "kind: this must be text.")]
    [InlineData("""{ "kind": "sub" }""", "value: write the sub")]
    [InlineData("""{ "kind": "sub", "value": "" }""", "value: write the sub")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "issuer": "https://nobody.example" }""", "issuer: name one of shop")]
    [InlineData("""{ "kind": "issuer", "value": "NAME" }""", "issuer: name one of shop")]
    [InlineData("""{ "kind": "issuer", "issuer": "shop", "value": "NAME" }""", "value: for the kind issuer")]
    [InlineData("""{ "kind": "token", "value": "NAME" }""", "value: for the kind token this must be the base64url SHA-256")]
    [InlineData("""{ "kind": "jti", "value": "NAME", "before": 1000 }""", "before: the kind jti names one token")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "before": 1700000000000 }""", "before: write whole Unix seconds (not milliseconds)")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "before": 1.5 }""", "before: write whole Unix seconds")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "before": "2026-01-01T12:00:00" }""", "before: write whole Unix seconds")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "before": "noon" }""", "before: write whole Unix seconds")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "expires": 1000 }""", "expires: this time has passed")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "expries": 4000000000 }""", "expries: this member is unknown")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "op": "restore" }""", "op: POST revokes; DELETE restores.")]
    [InlineData("""{ "kind": "sub", "value": "NAME", "by": "somebody else" }""", "by: the gateway writes this")]
    [InlineData("""[{ "kind": "sub", "value": "NAME" }, { "kind": "sub", "value": "" }]""", "[1].value: write the sub")]
    [InlineData("""[{ "kind": "sub", "value": "NAME" }, 7]""", "[1].kind: this is required")]
    [InlineData("[]", "A list has 1 to 1000 revocations")]
    [InlineData("null", "kind: this is required")]
    [InlineData("""{ "kind": "sub", "kind": "jti", "value": "NAME" }""", "The body is not strict JSON")]
    [InlineData("""{ "kind": "sub", "value": "NAME" } x""", "The body is not strict JSON")]
    [InlineData("""{ "kind": "sub", "value": "NAME\ud800" }""", "The body is not strict JSON")]
    public async Task Wrong_call_says_where_and_what_to_write_and_changes_nothing(string json, string description)
    {
        var answer = await _gateway.RevokeAsync(json.Replace("NAME", _name, StringComparison.Ordinal));

        answer.Status.ShouldBe(400);
        answer.Error.ShouldBe("invalid_request");
        answer.Description.ShouldNotBeNull().ShouldStartWith(description);
        (await _gateway.ListAsync($"?prefix={_name}")).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_much_is_rejected()
    {
        var entries = string.Join(',', Enumerable.Repeat($$"""{ "kind": "jti", "value": "{{_name}}" }""", 1001));
        (await _gateway.RevokeAsync($"[{entries}]")).Description.ShouldNotBeNull().ShouldStartWith("A list has 1 to 1000");
        (await _gateway.RevokeAsync($$"""{ "kind": "jti", "value": "{{new string('x', 4097)}}" }""")).Status.ShouldBe(400);
        (await _gateway.RevokeAsync($$"""{ "kind": "jti", "value": "x", "reason": "{{new string('x', 1001)}}" }""")).Description.ShouldNotBeNull().ShouldStartWith("reason:");
        (await _gateway.RevokeAsync($"\"{new string('x', 1024 * 1024)}\"")).Status.ShouldBe(413);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Body_of_another_type_is_rejected(string type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{ "kind": "sub", "value": "{{_name}}" }"""));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await _gateway.SendAsync(HttpMethod.Post, "", content, null);

        answer.Status.ShouldBe(415);
        answer.Error.ShouldBe("invalid_request");
    }

    [Fact]
    public async Task Everything_an_issuer_signed_before_a_time_is_rejected()
    {
        await using var parts = await StandardGateway.StartAsync(_ => { });
        var old = parts.Issuer.Token().With("iat", _now - 100).Build();

        var before = (_now - 50).ToString(CultureInfo.InvariantCulture);
        var answer = await parts.Gateway.RevokeAsync($$"""{ "kind": "issuer", "issuer": "shop", "before": {{before}} }""");

        answer.Status.ShouldBe(200, answer.Description);
        await parts.Gateway.UntilAsync(old, 401);
        await parts.Gateway.ShouldAnswerAsync(parts.Issuer.Token().Build(), 200);
    }
}
