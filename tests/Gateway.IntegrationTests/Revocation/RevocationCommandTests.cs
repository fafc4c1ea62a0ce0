using System.Net;
using System.Text.Json.Nodes;
using Gateway.Host;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Revocation;

public sealed class SqliteGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) =>
        configuration.With("Gateway:Revocation", """{ "Store": "Sqlite", "Sqlite": { "Path": "data/revocations.db" } }""");
}

/// <summary>The commands write what a running gateway enforces.</summary>
public sealed class RevocationCommandTests : IClassFixture<SqliteGateway>
{
    private static readonly TimeSpan InForce = TimeSpan.FromSeconds(1);

    private readonly StandardGateway _parts;
    private readonly string _name = Guid.NewGuid().ToString("N");

    public RevocationCommandTests(SqliteGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Theory]
    [InlineData("jti", "jti")]
    [InlineData("sub", "sub")]
    [InlineData("sid", "sid")]
    [InlineData("client", "client_id")]
    public async Task Revocation_by_command_is_in_force_at_once(string kind, string claim)
    {
        var token = _parts.Issuer.Token().With(claim, _name).Build();
        (await StatusAsync(token)).ShouldBe(HttpStatusCode.OK);

        var result = await RunAsync(null, "revoke", kind, _name, "--reason", "lost phone");
        var acknowledged = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(async () => await StatusAsync(token) == HttpStatusCode.Unauthorized, "the revocation is in force");

        TimeProvider.System.GetElapsedTime(acknowledged).ShouldBeLessThan(InForce);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldStartWith($"Revoked {kind} {_name} of shop until ");
    }

    [Fact]
    public async Task Token_on_standard_input_is_revoked_by_its_hash()
    {
        var token = _parts.Issuer.Token().Without("jti").Build();

        var result = await RunAsync(token + "\n", "revoke", "token", "-");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain(RevocationKeys.HashOf(token));
        result.Output.ShouldNotContain(token);
        await Eventually.TrueAsync(async () => await StatusAsync(token) == HttpStatusCode.Unauthorized, "the revocation is in force");
    }

    [Fact]
    public async Task Revocation_is_listed_checked_and_restored()
    {
        var token = _parts.Issuer.Token().With("sub", _name).Build();
        (await RunAsync(null, "revocations", "check", "sub", _name)).ExitCode.ShouldBe(0);

        await RunAsync(null, "revoke", "sub", _name, "--reason", "left the company");
        await Eventually.TrueAsync(async () => await StatusAsync(token) == HttpStatusCode.Unauthorized, "the revocation is in force");

        (await RunAsync(null, "revocations", "check", "sub", _name)).ExitCode.ShouldBe(1);
        var line =
            (await RunAsync(null, "revocations", "list")).Output.Split('\n').Single(line => line.Contains(_name, StringComparison.Ordinal));
        line.Split('\t')[..3].ShouldBe(["sub", _parts.Issuer.Issuer, _name]);
        line.ShouldContain("left the company");

        (await RunAsync(null, "revocations", "restore", "sub", _name)).ExitCode.ShouldBe(0);
        await Eventually.TrueAsync(async () => await StatusAsync(token) == HttpStatusCode.OK, "the revocation is taken back");
        (await RunAsync(null, "revocations", "list")).Output.ShouldNotContain(_name);
    }

    [Fact]
    public async Task Dry_run_says_what_it_would_do_and_writes_nothing()
    {
        (await RunAsync(null, "revoke", "sub", _name, "--dry-run")).Output.ShouldStartWith($"Would revoke sub {_name} of shop until ");
        (await RunAsync(null, "revocations", "check", "sub", _name)).ExitCode.ShouldBe(0);

        await RunAsync(null, "revoke", "sub", _name);
        (await RunAsync(null, "revocations", "restore", "sub", _name, "--dry-run")).Output.Trim().ShouldBe($"Would restore sub {_name} of shop.");
        (await RunAsync(null, "revocations", "check", "sub", _name)).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Programs_read_json()
    {
        var revoked = JsonNode.Parse((await RunAsync(null, "revoke", "client", _name, "--reason", "old", "--output", "json")).Output)!;
        revoked["kind"]!.GetValue<string>().ShouldBe("client");
        revoked["issuer"]!.GetValue<string>().ShouldBe(_parts.Issuer.Issuer);
        revoked["by"]!.GetValue<string>().ShouldBe($"{Environment.UserName}@{Environment.MachineName}");

        var list = JsonNode.Parse(
            (await RunAsync(null, "revocations", "list", "--kind", "client", "--prefix", _name, "--output", "json")).Output)!;
        list["revocations"]!.AsArray().ShouldHaveSingleItem()!["reason"]!.GetValue<string>().ShouldBe("old");
        var check = await RunAsync(null, "revocations", "check", "client", _name, "--output", "json");
        check.ExitCode.ShouldBe(1);
        JsonNode.Parse(check.Output)!["revocation"]!["value"]!.GetValue<string>().ShouldBe(_name);

        JsonNode.Parse(
            (await RunAsync(null, "revocations", "restore", "client", _name, "--reason", "new", "--output", "json")).Output)!["op"]!
            .GetValue<string>().ShouldBe("restore");
        JsonNode.Parse(
            (await RunAsync(null, "revocations", "check", "client", _name, "--output", "json")).Output)!["revoked"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task People_read_a_table_in_which_text_is_text()
    {
        await RunAsync(null, "revoke", "sub", _name, "--reason", "[red]urgent[/]");

        var table = (await RunAsync(null, "revocations", "list", "--prefix", _name, "--output", "table")).Output;

        table.ShouldContain("│ kind");
        // However narrow the columns are, no letter of it is lost.
        string.Concat(table.Where(char.IsLetterOrDigit)).ShouldContain("red");
        table.ShouldContain("1 live");
    }

    [Fact]
    public async Task Table_fits_80_columns_and_json_and_times_are_as_people_write_them()
    {
        const string Reason = "lost \"phone\" <x>, reported by the help desk on Monday morning";
        await RunAsync(null, "revoke", "sub", $"{_name}+{_name}", "--reason", Reason);

        var table = (await RunAsync(null, "revocations", "list", "--prefix", _name, "--output", "table")).Output;
        var json = (await RunAsync(null, "revocations", "list", "--prefix", _name, "--output", "json")).Output;

        table.Split('\n').ShouldAllBe(line => line.Length <= 80);
        table.ShouldMatch("│ [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z │");
        json.ShouldContain("lost \\\"phone\\\" <x>, reported");
        json.ShouldContain($"{_name}+{_name}");
        json.ShouldMatch("\"expires\": \"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z\"");
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("pwsh")]
    public async Task Completion_scripts_call_the_program_itself(string shell)
    {
        var script = await RunAsync(null, "completion", shell);
        var suggested = await RunAsync(null, "[suggest:12]", "gateway revo");

        script.ExitCode.ShouldBe(0, script.Error);
        script.Output.ShouldContain("[suggest:");
        suggested.Output.ShouldContain("revoke");
    }

    [Theory]
    [InlineData("gateway revo", "revo", "revocations revoke")]
    [InlineData("/app/gateway revoke su", "su", "sub")]
    [InlineData("gateway revocations list --ki", "--ki", "--kind")]
    [InlineData("gateway revocations list --output j", "j", "json")]
    [InlineData("gateway check --output sa", "sa", "sarif")]
    public async Task Bash_completes_what_is_typed(string line, string word, string completed)
    {
        var script = await RunAsync(null, "completion", "bash");
        var program = $$"""
            gateway() { dotnet '{{typeof(GatewayApp).Assembly.Location}}' "$@"; }
            {{script.Output}}
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_CWORD=1
            _gateway gateway '{{word}}' ''
            echo "${COMPREPLY[*]}"
            """;

        (await Script.RunAsync("bash", ["-c", program])).Output.TrimEnd().ShouldBe(completed);
    }

    [Fact]
    public async Task Nothing_to_restore_is_said()
    {
        var result = await RunAsync(null, "revocations", "restore", "sub", _name);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith("Nothing is revoked");
    }

    [Fact]
    public async Task Restored_revocation_with_a_long_life_never_comes_back()
    {
        await RunAsync(null, "revoke", "sub", _name, "--expires", "2999-01-01T00:00:00Z");
        await RunAsync(null, "revoke", "sub", _name);

        (await RunAsync(null, "revocations", "restore", "sub", _name)).ExitCode.ShouldBe(0);

        // The entry that takes back lives as long as the longest that it takes back, so the log never holds the latter alone.
        var path = Path.Combine(Path.GetDirectoryName(_parts.Gateway.ConfigFile)!, "data", "revocations.db");
        var page = await new SqliteRevocationLog(path, TimeProvider.System).ReadAfterAsync(default, CancellationToken.None);
        var entries = page.Entries.Where(entry => entry.Value == _name).ToArray();
        entries.Select(entry => entry.Operation).ShouldBe(
            [RevocationOperation.Revoke, RevocationOperation.Revoke, RevocationOperation.Restore]);
        entries[2].Expires.ShouldBe(entries.Max(entry => entry.Expires));
    }

    [Fact]
    public async Task Acknowledged_revocation_survives_the_death_of_its_process()
    {
        var token = _parts.Issuer.Token().With("sub", _name).Build();

        var line = await GatewayProcess.RunAndKillAsync(_parts.Gateway, "revoke", "sub", _name);

        line.ShouldStartWith("Revoked sub");
        (await RunAsync(null, "revocations", "check", "sub", _name)).ExitCode.ShouldBe(1);
        await Eventually.TrueAsync(async () => await StatusAsync(token) == HttpStatusCode.Unauthorized, "the revocation is in force");
    }

    [Theory]
    [InlineData("revoke", "email", "x")]
    [InlineData("revoke", "sub")]
    [InlineData("revoke", "sub", "x", "--issuer", "nobody")]
    [InlineData("revoke", "sub", "x", "--before", "yesterday")]
    [InlineData("revoke", "jti", "x", "--before", "2026-01-01T00:00:00Z")]
    [InlineData("revoke", "sub", "x", "--expires", "2026-01-01T00:00:00Z")]
    [InlineData("revoke", "token", "x.y.z")]
    [InlineData("revoke", "issuer", "nobody")]
    public async Task Wrong_usage_changes_nothing_and_says_so(params string[] arguments)
    {
        var before = (await RunAsync(null, "revocations", "list")).Output;

        var result = await RunAsync(null, arguments);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldNotBeEmpty();
        (await RunAsync(null, "revocations", "list")).Output.ShouldBe(before);
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string? input, params string[] arguments) =>
        GatewayProcess.RunAsync(_parts.Gateway, input, arguments);

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var response = await _parts.Gateway.GetAsync("/private/a", token);
        return response.StatusCode;
    }
}
