using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>The two ways to ask why a token is rejected.</summary>
internal static class ExplainCalls
{
    /// <summary><c>POST /admin/explain</c>.</summary>
    public static async Task<(int Status, JsonObject Body)> ExplainAsync(this TestGateway gateway, HttpContent content)
    {
        using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
        using var response = await client.PostAsync(new Uri("/admin/explain", UriKind.Relative), content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    public static async Task<JsonObject> ExplainAsync(this TestGateway gateway, string token, string route)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", token), KeyValuePair.Create("route", route)]);
        var (status, answer) = await gateway.ExplainAsync(form);
        status.ShouldBe(200, answer.ToJsonString());
        return answer;
    }

    /// <summary><c>gateway explain</c> beside the gateway, with its yarp.json.</summary>
    public static async Task<(int ExitCode, JsonObject Body)> ExplainByCommandAsync(
        this TestGateway gateway, string token, string route, params string[] options)
    {
        var run = await GatewayProcess.RunAsync(gateway, token, ["explain", "--route", route, "--fetch", "--output", "json", .. options]);
        run.Error.ShouldBeEmpty();
        return (run.ExitCode, JsonNode.Parse(run.Output)!.AsObject());
    }

    public static string? Reason(this JsonObject explanation) => (string?)explanation["reason"];

    public static JsonObject Check(this JsonObject explanation, string name) =>
        explanation["checks"]!.AsArray().Select(check => check!.AsObject()).Single(check => (string?)check["check"] == name);

    public static string Outcome(this JsonObject explanation, string name) => (string)explanation.Check(name)["outcome"]!;

    public static string Found(this JsonObject explanation, string name) => (string)explanation.Check(name)["found"]!;
}
