using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Tests.Configuration;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Explanation;

/// <summary><c>gateway explain</c> as a process: exit codes, and that nothing leaves the machine unasked.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private const string Issuer = "https://idp.example.com";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("orders:read", 0, "Accepted. Whether the token is revoked was not checked.")]
    [InlineData("orders:write", 1, "Rejected with 403 insufficient_scope, reason insufficient_scope.")]
    public async Task Token_on_standard_input_is_explained(string scope, int exitCode, string summary)
    {
        var token = new TokenBuilder(TestKeys.Rsa, Issuer).With("scope", scope).Build();

        var run = await ExplainAsync("\"JwksFile\": \"keys.json\"", token + "\n", "--route", "orders");

        run.ExitCode.ShouldBe(exitCode, run.Errors + run.Output);
        run.Output.ShouldStartWith("Route orders, policy read\n\ntoken sources       header Authorization (Bearer)\n");
        run.Output.ShouldContain("\n\nok          form ");
        run.Output.TrimEnd().Split('\n')[^1].ShouldStartWith(summary);
        run.Output.ShouldNotContain(token.Split('.')[2]);
    }

    [Fact]
    public async Task Keys_are_not_fetched_unasked()
    {
        var token = new TokenBuilder(TestKeys.Rsa, Issuer).Build();

        var run = await ExplainAsync("\"Discovery\": true", token, "--output", "json");

        run.ExitCode.ShouldBe(3, run.Errors + run.Output);
        var answer = JsonNode.Parse(run.Output)!;
        answer["verdict"]!.GetValue<string>().ShouldBe("undecided");
        var key = answer["checks"]!.AsArray().Single(check => check!["check"]!.GetValue<string>() == "key")!;
        key["outcome"]!.GetValue<string>().ShouldBe("not_checked");
        key["cure"]!.GetValue<string>().ShouldContain("--fetch");
    }

    [Fact]
    public async Task Token_as_an_argument_and_an_unknown_route_are_wrong_usage()
    {
        var token = new TokenBuilder(TestKeys.Rsa, Issuer).Build();

        var argument = await ExplainAsync("\"Discovery\": true", "", "--token", token);
        var route = await ExplainAsync("\"Discovery\": true", token, "--route", "ordrs");

        argument.ExitCode.ShouldBe(2);
        argument.Errors.ShouldStartWith("--token: this is a token, and all users of the machine can read command lines.");
        argument.Errors.ShouldNotContain(token);
        route.ExitCode.ShouldBe(2);
        route.Errors.ShouldContain("Did you mean \"orders\"?");
    }

    private async Task<(int ExitCode, string Output, string Errors)> ExplainAsync(string keys, string input, params string[] arguments)
    {
        var file = Path.Combine(_folder.FullName, "yarp.json");
        await File.WriteAllTextAsync(file, CheckedConfiguration.With("\"Discovery\": true", keys));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "keys.json"), new JsonObject { ["keys"] = new JsonArray(TestKeys.Rsa.ToJwk()) }.ToJsonString());
        return await ProgramRun.RunAsync([], input, ["explain", "--config", file, .. arguments]);
    }
}
