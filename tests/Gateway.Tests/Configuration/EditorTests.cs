using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Tests.Docs;

namespace Gateway.Tests.Configuration;

/// <summary>The schema in an editor: what VS Code's own language service offers, explains and underlines.</summary>
public sealed class EditorTests
{
    private static readonly string[] WholeFiles = ["yarp.json"];

    [Fact]
    public async Task Keys_and_values_are_offered_where_they_belong()
    {
        var results = await EditAsync(
            """{ "Gateway": { "Issuers": { "shop": { "| } } } }""",
            """{ "Gateway": { "Policies": { "read": { "| } } } }""",
            """{ "Gateway": { "Policies": { "read": { "Mode": "|" } } } }""",
            """{ "ReverseProxy": { "Routes": { "orders": { "| } } } }""",
            """{ "ReverseProxy": { "Routes": { "orders": { "AuthorizationPolicy": "|" } } } }""");

        Completions(results[0]).ShouldBe(
            [
                "AcceptWithoutAudience", "AcceptWithoutIssuer", "Algorithms", "Audiences", "BackChannelLogout", "ClientIds", "ClockSkew",
                "Introspection", "Issuer", "Keys", "MaxLifetime", "RequireTokenId", "Required", "SecurityEvents", "StatusList", "Template",
                "TokenTypes"],
            ignoreOrder: true);
        Completions(results[1]).ShouldBe(
            [
                "AllOf", "AnyOf", "Claims", "ForwardToken", "Identity", "Issuers", "Mode", "OnExpiry", "OnRevocationUnavailable", "Scopes",
                "SenderConstraint", "StepUp", "TokenSource"],
            ignoreOrder: true);
        Completions(results[2]).ShouldBe(["\"Enforce\"", "\"Report\""], ignoreOrder: true);
        Completions(results[3]).ShouldContain("AuthorizationPolicy");
        Completions(results[3]).ShouldNotContain("RouteId");
        Completions(results[4]).ShouldBe(["\"Anonymous\"", "\"Authenticated\""], ignoreOrder: true);
    }

    [Fact]
    public async Task Hover_explains_a_setting()
    {
        var results = await EditAsync(
            """{ "Gateway": { "Issuers": { "shop": { "Clock|Skew": "00:01:00" } } } }""",
            """{ "ReverseProxy": { "Routes": { "a": { "Authoriza|tionPolicy": "x" } } } }""");

        results[0]["hover"]!.GetValue<string>().ShouldContain("clock and ours may differ");
        results[1]["hover"]!.GetValue<string>().ShouldContain("any valid token");
    }

    [Fact]
    public async Task Slips_of_the_pen_are_underlined()
    {
        var results = await EditAsync(
            CheckedConfiguration.With("\"Audiences\"", "\"Audience\""),
            CheckedConfiguration.With("\"Keys\": {", "\"ClockSkew\": \"1 minute\", \"Keys\": {"),
            CheckedConfiguration.With("\"AuthorizationPolicy\": \"read\",", ""),
            CheckedConfiguration.With("\"Match\": {", "\"Mach\": {}, \"Match\": {"),
            CheckedConfiguration.With("\"Policies\": {", "\"Management\": { \"Port\": 70000 }, \"Policies\": {"));

        foreach (var (problems, line) in results.Zip([6, 7, 16, 19, 10]))
        {
            Problems(problems).ShouldContain(problem => problem.StartsWith($"{line}: ", StringComparison.Ordinal), problems.ToJsonString());
        }
    }

    [Fact]
    public async Task Files_that_load_are_not_underlined()
    {
        var whole = WholeFiles.Select(name => File.ReadAllText(Path.Combine(Script.Root, name)));
        var samples =
            ConfigurationPage.Blocks("jsonc").Select(sample => sample.StartsWith('{') ? sample : $$"""{ "Gateway": { {{sample}} } }""");
        string[] texts = [CheckedConfiguration.Good, .. whole, .. samples];

        var results = await EditAsync(texts.Select(text => text.Replace("|", "", StringComparison.Ordinal)).ToArray());

        foreach (var (result, text) in results.Zip(texts))
        {
            Problems(result).ShouldBeEmpty(text);
        }
    }

    private static string[] Completions(JsonNode result) => [.. result["completions"]!.AsArray().Select(item => item!.GetValue<string>())];

    private static string[] Problems(JsonNode result) => [.. result["problems"]!.AsArray().Select(item => item!.GetValue<string>())];

    private static async Task<JsonNode[]> EditAsync(params string[] texts)
    {
        var request = new JsonObject
        {
            ["schema"] = SchemaWriter.Write(),
            ["cases"] = new JsonArray([.. texts.Select(text => new JsonObject { ["text"] = text })]),
        };
        var run = await Script.RunAsync("node", [Path.Combine(Script.Interop, "edit-yarp.mjs")], request.ToJsonString());
        run.ExitCode.ShouldBe(0, run.Errors);
        return [.. JsonNode.Parse(run.Output)!.AsArray().Select(result => result!)];
    }
}
