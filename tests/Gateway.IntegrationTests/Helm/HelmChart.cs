using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>The chart, rendered by the real helm. What a values file of <c>ci/</c> renders to is kept for all tests.</summary>
internal static class HelmChart
{
    public const string Release = "shop";
    public const string Namespace = "edge";

    private static readonly ConcurrentDictionary<string, Task<RenderedChart>> Rendered = new();

    public static string Folder { get; } = Path.Combine(Script.Root, "helm", "gateway");

    /// <summary>The names of the files in <c>ci/</c>, without <c>-values.yaml</c>.</summary>
    public static IReadOnlyList<string> Examples { get; } =
        [.. Directory.GetFiles(Path.Combine(Folder, "ci"), "*-values.yaml").Select(file => Path.GetFileName(file)[..^"-values.yaml".Length]).Order(StringComparer.Ordinal)];

    public static string ValuesOf(string example) => Path.Combine(Folder, "ci", $"{example}-values.yaml");

    public static Task<RenderedChart> RenderAsync(string example) =>
        Rendered.GetOrAdd(example, static name => RenderAsync("--values", ValuesOf(name)));

    /// <summary>Renders with values of the test's own.</summary>
    public static Task<RenderedChart> RenderAsync(params string[] arguments) => RenderAsAsync(Release, arguments);

    public static async Task<RenderedChart> RenderAsAsync(string release, params string[] arguments)
    {
        var result = await TemplateAsync(release, arguments);
        result.ExitCode.ShouldBe(0, result.Errors);
        return new RenderedChart(result.Output, Yaml.ReadAll(result.Output));
    }

    public static Task<ScriptResult> TemplateAsync(string release, params string[] arguments) =>
        RunAsync(["template", release, Folder, "--namespace", Namespace, .. arguments]);

    public static Task<ScriptResult> RunAsync(params string[] arguments) =>
        Script.RunAsync(Path.Combine(Script.Interop, ".tools", "helm"), arguments);
}

/// <summary>What helm printed, and the objects in it.</summary>
internal sealed record RenderedChart(string Text, IReadOnlyList<JsonObject> Objects)
{
    /// <summary>The one object of this kind, or the one whose name ends so.</summary>
    public JsonObject Single(string kind, string nameEnd = "") =>
        Objects.Where(each => each.Kind() == kind && each.Name().EndsWith(nameEnd, StringComparison.Ordinal)).ShouldHaveSingleItem();

    /// <summary>The Deployment or DaemonSet of the gateway.</summary>
    public JsonObject Workload => Objects.Where(each => each.Kind() is "Deployment" or "DaemonSet").ShouldHaveSingleItem();

    public JsonObject Pod => Workload["spec"]!["template"]!["spec"]!.AsObject();

    public JsonObject Container =>
        Pod["containers"]!.AsArray().Select(each => each!.AsObject()).Single(each => (string?)each["name"] == "gateway");
}
