using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary><c>gateway check</c>: several files, three forms, and what ends with 1.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private const string Risky = "\"Policies\": { \"trial\": { \"Mode\": \"Report\" },";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Warnings_are_shown_and_end_with_1_only_when_asked()
    {
        var file = Write("risky.json", CheckedConfiguration.With("\"Policies\": {", Risky));

        var lenient = await ProgramRun.RunAsync([], "check", file);
        var strict = await ProgramRun.RunAsync([], "check", file, "--warnings-as-errors");

        lenient.ExitCode.ShouldBe(0);
        lenient.Output.ShouldBe($"{file}: no errors, 1 warning.{Environment.NewLine}");
        lenient.Errors.ShouldStartWith("risky.json:10:30: warning GW102: Gateway:Policies:trial:Mode: this policy rejects no request.");
        strict.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Several_files_are_all_checked_and_one_error_ends_with_1()
    {
        var good = Write("good.json", CheckedConfiguration.Good);
        var wrong = Write("wrong.json", CheckedConfiguration.With("\"read\",", "\"raed\","));
        var risky = Write("risky.json", CheckedConfiguration.With("\"Policies\": {", Risky));

        var run =
            await ProgramRun.RunAsync([], "check", good, wrong, risky, Path.Combine(_folder.FullName, "none.json"), "--output", "json");

        run.ExitCode.ShouldBe(1);
        var files = JsonNode.Parse(run.Output)!.AsArray();
        files.Select(file => (int)file!["errors"]!).ShouldBe([0, 1, 0, 1]);
        files.Select(file => (int)file!["warnings"]!).ShouldBe([0, 0, 1, 0]);
        var error = files[1]!["findings"]![0]!;
        ((string)error["rule"]!).ShouldBe("GW003");
        ((string)error["level"]!).ShouldBe("error");
        ((int)error["line"]!).ShouldBe(18);
        ((int)error["column"]!).ShouldBe(9);
        ((string)error["path"]!).ShouldBe("ReverseProxy:Routes:orders:AuthorizationPolicy");
        ((string)files[3]!["findings"]![0]!["rule"]!).ShouldBe("GW001");
    }

    [Fact]
    public async Task Sarif_names_rule_file_line_and_column()
    {
        var wrong = Write("a wrong.json", CheckedConfiguration.With("\"Audiences\"", "\"Audience\""));
        var risky = Write("risky.json", CheckedConfiguration.With("\"Policies\": {", Risky));

        var run = await ProgramRun.RunAsync([], "check", wrong, risky, "--output", "sarif");

        run.ExitCode.ShouldBe(1);
        var report = JsonNode.Parse(run.Output)!;
        ((string)report["version"]!).ShouldBe("2.1.0");
        var rules = report["runs"]![0]!["tool"]!["driver"]!["rules"]!.AsArray();
        var results = report["runs"]![0]!["results"]!.AsArray();
        results.Select(result => (string)result!["ruleId"]!).ShouldBe(["GW002", "GW102"]);
        foreach (var result in results)
        {
            ((string)rules[(int)result!["ruleIndex"]!]!["id"]!).ShouldBe((string)result["ruleId"]!);
        }

        var place = results[0]!["locations"]![0]!["physicalLocation"]!;
        ((string)place["artifactLocation"]!["uri"]!).ShouldBe(new Uri(wrong).AbsoluteUri);
        ((int)place["region"]!["startLine"]!).ShouldBe(6);
        ((int)place["region"]!["startColumn"]!).ShouldBe(9);
    }

    [Fact]
    public async Task Sarif_satisfies_the_schema_of_its_version()
    {
        var files = new[]
        {
            Write("good.json", CheckedConfiguration.Good),
            Write("wrong name ü.json", CheckedConfiguration.With("\"Audiences\"", "\"Audience\"")),
            Write("wrong-meaning.json", CheckedConfiguration.With("\"read\",", "\"raed\",")),
            Write("risky.json", CheckedConfiguration.With("\"Policies\": {", Risky)),
            Write("broken.json", "{"),
            Path.Combine(_folder.FullName, "absent.json"),
        };
        var run = await ProgramRun.RunAsync(new() { ["Gateway__Management__Port"] = "many" }, ["check", .. files, "--output", "sarif"]);
        var spoilt = run.Output.Replace("\"ruleId\"", "\"rule\"", StringComparison.Ordinal);

        (await SchemaErrorsAsync(run.Output)).ShouldBeEmpty(run.Output);
        (await SchemaErrorsAsync(spoilt)).ShouldNotBeEmpty();
    }

    private static async Task<string[]> SchemaErrorsAsync(string sarif)
    {
        var validation = await Script.RunAsync("node", [Path.Combine(Script.Interop, "validate-sarif.mjs")], sarif);
        validation.ExitCode.ShouldBe(0, validation.Errors);
        return [.. JsonNode.Parse(validation.Output)!["errors"]!.AsArray().Select(error => (string)error!)];
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
