using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

public sealed class SqliteAdministration : StandardGateway
{
    private protected override void Configure(JsonObject configuration) =>
        configuration.With("Gateway:Revocation:Store", JsonValue.Create("Sqlite"));
}

/// <summary><c>GET</c> and <c>DELETE /admin/revocations</c>.</summary>
public sealed class RevocationListTests : IClassFixture<SqliteAdministration>
{
    private readonly StandardGateway _parts;
    private readonly TestGateway _gateway;
    private readonly string _name = Guid.NewGuid().ToString("N");

    public RevocationListTests(SqliteAdministration parts)
    {
        _parts = parts;
        _gateway = parts.Gateway;
        parts.Reset();
    }

    [Fact]
    public async Task List_shows_what_is_revoked_by_whom_why_and_when()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await _gateway.RevokeAsync(
            $$"""{ "kind": "sub", "value": "{{_name}}", "before": 1000, "expires": 4000000000, "reason": "lost phone" }""");

        var entry = (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldHaveSingleItem();

        entry["at"]!.Seconds().ShouldBeInRange(now, now + 60);
        entry.Remove("at");
        entry.ToJsonString().ShouldBe(
            $$"""{"kind":"sub","issuer":"{{_parts.Issuer.Issuer}}","value":"{{_name}}","before":"1970-01-01T00:16:40Z","expires":"2096-10-02T07:06:40Z","reason":"lost phone","by":"development"}""");
    }

    [Fact]
    public async Task Pages_together_hold_each_name_once()
    {
        var calls = Enumerable.Range(0, 25).Select(
            index => $$"""{ "kind": "{{(index % 2 == 0 ? "jti" : "sub")}}", "value": "{{_name}}-{{index}}" }""");
        await _gateway.RevokeAsync($"[{string.Join(',', calls)}]");
        await _gateway.RevokeAsync($$"""{ "kind": "jti", "value": "{{_name}}-0" }""");

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _gateway.ListAsync($"?prefix={_name}&limit=10{(cursor is null ? "" : $"&cursor={cursor}")}");
            page.Entries.Length.ShouldBeLessThanOrEqualTo(10);
            seen.AddRange(page.Entries.Select(entry => $"{entry["kind"]} {entry["value"]}"));
            cursor = page.Body["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        seen.Count.ShouldBe(25);
        seen.ShouldBeUnique();
    }

    [Theory]
    [InlineData("?kind=sub&prefix=NAME", 1)]
    [InlineData("?kind=client&prefix=NAME", 0)]
    [InlineData("?issuer=shop&prefix=NAME", 2)]
    [InlineData("?issuer=https://other.example&prefix=NAME", 0)]
    [InlineData("?value=NAME", 0)]
    [InlineData("?value=NAME-a", 2)]
    public async Task Filters_narrow_the_list(string query, int count)
    {
        await _gateway.RevokeAsync($$"""[{ "kind": "sub", "value": "{{_name}}-a" }, { "kind": "jti", "value": "{{_name}}-a" }]""");

        (await _gateway.ListAsync(query.Replace("NAME", _name, StringComparison.Ordinal))).Entries.Length.ShouldBe(count);
    }

    [Theory]
    [InlineData("?kin=sub", "kin: this parameter is unknown")]
    [InlineData("?kind=email", "kind: write one of")]
    [InlineData("?kind=sub&kind=jti", "kind: this parameter occurs twice.")]
    [InlineData("?limit=0", "limit: this is 1 to 1000.")]
    [InlineData("?limit=1001", "limit: this is 1 to 1000.")]
    [InlineData("?cursor=x", "cursor: send the next")]
    [InlineData("?cursor=WyJzdWIiXQ", "cursor: send the next")]
    [InlineData("?a%22%5C%0Ab=1", "a???b: this parameter is unknown")]
    public async Task Wrong_question_says_what_to_ask(string query, string description)
    {
        var answer = await _gateway.ListAsync(query);

        answer.Status.ShouldBe(400);
        answer.Error.ShouldBe("invalid_request");
        answer.Description.ShouldNotBeNull().ShouldStartWith(description);
    }

    [Fact]
    public async Task Restore_takes_back_everything_by_that_name_and_is_kept()
    {
        var token = _parts.Issuer.Token().With("sub", _name).Build();
        await _gateway.RevokeAsync($$"""{ "kind": "sub", "value": "{{_name}}", "expires": 4000000000 }""");
        await _gateway.RevokeAsync($$"""{ "kind": "sub", "value": "{{_name}}" }""");
        await _gateway.UntilAsync(token, 401);

        var answer = await _gateway.RestoreAsync($"?kind=sub&issuer=shop&value={_name}&reason=found%20it");

        var entry = answer.Entries.ShouldHaveSingleItem();
        entry["op"]!.GetValue<string>().ShouldBe("restore");
        entry["reason"]!.GetValue<string>().ShouldBe("found it");
        entry["by"]!.GetValue<string>().ShouldBe("development");
        // As long as the longest that it takes back, so that the log never holds the latter alone.
        entry["expires"]!.Seconds().ShouldBe(4_000_000_000);
        await _gateway.UntilAsync(token, 200);
        (await _gateway.ListAsync($"?value={_name}")).Entries.ShouldBeEmpty();
        (await _gateway.RestoreAsync($"?kind=sub&value={_name}")).Status.ShouldBe(404);
        await _gateway.RevokeAsync($$"""{ "kind": "sub", "value": "{{_name}}" }""");
        await _gateway.UntilAsync(token, 401);
    }

    [Theory]
    [InlineData("", "kind: write one of")]
    [InlineData("?kind=sub", "value: write the sub")]
    [InlineData("?kind=sub&value=x&issuer=nobody", "issuer: name one of shop")]
    [InlineData("?kind=sub&value=x&values=y", "values: this parameter is unknown")]
    public async Task Wrong_restore_says_what_to_write(string query, string description)
    {
        var answer = await _gateway.RestoreAsync(query);

        answer.Status.ShouldBe(400);
        answer.Description.ShouldNotBeNull().ShouldStartWith(description);
    }
}
