using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>The types of Kubernetes 1.33 and 1.36, and of the custom resources that the chart can make.</summary>
internal static class ManifestSchema
{
    /// <summary>Fields that are unknown, missing or of the wrong type.</summary>
    public static async Task<IReadOnlyList<string>> ErrorsAsync(IEnumerable<JsonObject> objects)
    {
        var request = new JsonObject { ["objects"] = new JsonArray([.. objects.Select(each => each.DeepClone())]) };
        var result = await Script.RunAsync("node", [Path.Combine(Script.Interop, "validate-manifests.mjs")], request.ToJsonString());
        result.ExitCode.ShouldBe(0, result.Errors);
        var answer = JsonNode.Parse(result.Output)!;
        answer["versions"]!.AsArray().Count.ShouldBe(2);
        return [.. answer["errors"]!.AsArray().Select(error => (string)error!)];
    }
}
