using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Helm;

/// <summary>README.md, values.yaml and values.schema.json say the same.</summary>
public sealed class ChartPageTests
{
    private static readonly string Values = File.ReadAllText(Path.Combine(HelmChart.Folder, "values.yaml"));

    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(Path.Combine(HelmChart.Folder, "values.schema.json")))!;

    [Fact]
    public async Task Table_of_values_is_that_of_values_yaml()
    {
        const string Header = "| Key | Default | Meaning |\n| --- | --- | --- |\n";
        var path = Path.Combine(HelmChart.Folder, "README.md");
        var page = await File.ReadAllTextAsync(path);
        var before = page[..(page.IndexOf(Header, StringComparison.Ordinal) + Header.Length)];

        var table = string.Join('\n', ValuesPage.Read(Values).Select(row => row.ToString()));

        GoldenFile.ShouldMatch(path, $"{before}{table}\n");
    }

    [Fact]
    public void Every_value_is_described()
    {
        var described = ValuesPage.Read(Values).Select(row => row.Key).ToArray();
        described.ShouldBeUnique();

        foreach (var leaf in ValuesPage.Leaves(Yaml.Read(Values)))
        {
            described.ShouldContain(key => leaf == key || leaf.StartsWith($"{key}.", StringComparison.Ordinal), leaf);
        }
    }

    [Fact]
    public void Schema_knows_every_value_and_no_others()
    {
        var free = ValuesPage.Read(Values).Select(row => row.Key).ToArray();

        // Helm's own "global", and what the schema knows of a value whose parts values.yaml does not spell out.
        var known = Known(Schema, "")
            .Where(key => key != "global" && !free.Any(each => key.StartsWith($"{each}.", StringComparison.Ordinal)))
            .ToArray();

        known.ShouldBe(free, ignoreOrder: true);
    }

    [Fact]
    public void Schema_rejects_unknown_keys_wherever_it_lists_known_ones()
    {
        // yarp.json has its own check.
        Open(Schema, "").ShouldBe([".config.yarp"], ignoreOrder: true);
    }

    /// <summary>Artifact Hub shows these beside the chart.</summary>
    [Fact]
    public async Task Chart_tells_its_changes_and_carries_its_icon()
    {
        var chart = Yaml.Read(await File.ReadAllTextAsync(Path.Combine(HelmChart.Folder, "Chart.yaml")));
        var icon = Convert.ToBase64String(await File.ReadAllBytesAsync(Path.Combine(HelmChart.Folder, "icon.svg")));

        ((string?)chart["icon"]).ShouldBe($"data:image/svg+xml;base64,{icon}");
        var changes = Yaml.Read($"all:\n{(string)chart["annotations"]!["artifacthub.io/changes"]!}")["all"]!.AsArray();
        changes.ShouldNotBeEmpty();
        foreach (var change in changes)
        {
            ((string?)change!["kind"]).ShouldBeOneOf("added", "changed", "deprecated", "removed", "fixed", "security");
            ((string?)change["description"]).ShouldNotBeNullOrEmpty();
        }
    }

    private static IEnumerable<string> Known(JsonNode schema, string path)
    {
        if (schema["properties"] is not JsonObject properties || path is "config.yarp")
        {
            return [path];
        }

        var inner = properties.SelectMany(pair =>
            Known(pair.Value!, path.Length == 0 ? pair.Key : $"{path}.{pair.Key}")).Where(key =>
                !key.EndsWith(".global", StringComparison.Ordinal));
        return ValuesPage.Read(Values).Any(row => row.Key == path) ? [path, .. inner] : inner;
    }

    private static IEnumerable<string> Open(JsonNode schema, string path)
    {
        if (schema is not JsonObject node)
        {
            return [];
        }

        var own = node["properties"] is not null && node["additionalProperties"]?.ToJsonString() != "false"
            ? [path]
            : Enumerable.Empty<string>();
        var inner = (node["properties"] as JsonObject ?? []).SelectMany(pair => Open(pair.Value!, $"{path}.{pair.Key}"));
        return own.Concat(inner).Concat(node["items"] is { } items ? Open(items, $"{path}[]") : []);
    }
}
