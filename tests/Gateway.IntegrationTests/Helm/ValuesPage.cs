using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.IntegrationTests.Helm;

/// <summary>One line of the table of values: <c># -- text</c> above a key of values.yaml.</summary>
internal sealed record ValueDescription(string Key, string Default, string Meaning)
{
    public override string ToString() => $"| `{Key}` | {Default} | {Meaning} |";
}

/// <summary>values.yaml as a reader sees it: keys, defaults, and the comments above them.</summary>
internal static partial class ValuesPage
{
    public static IReadOnlyList<ValueDescription> Read(string text)
    {
        var values = Yaml.Read(text);
        var rows = new List<ValueDescription>();
        var path = new List<(int Indent, string Key)>();
        string? meaning = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimStart() is var comment && comment.StartsWith("# -- ", StringComparison.Ordinal))
            {
                meaning = comment["# -- ".Length..];
            }
            else if (Key().Match(line) is { Success: true } match)
            {
                path.RemoveAll(each => each.Indent >= match.Groups[1].Length);
                path.Add((match.Groups[1].Length, match.Groups[2].Value));
                if (meaning is not null)
                {
                    rows.Add(
                        new ValueDescription(
                            string.Join('.', path.Select(each => each.Key)), Default(Find(values, path.Select(each => each.Key))),
                            meaning));
                    meaning = null;
                }
            }
        }

        return rows;
    }

    /// <summary>Every key that has no keys of its own, or whose own are free: <c>a.b.c</c>.</summary>
    public static IEnumerable<string> Leaves(JsonNode? node, string path = "") => node is JsonObject { Count: > 0 } map
        ? map.SelectMany(pair => Leaves(pair.Value, path.Length == 0 ? pair.Key : $"{path}.{pair.Key}"))
        : [path];

    private static JsonNode? Find(JsonNode values, IEnumerable<string> path) =>
        path.Aggregate<string, JsonNode?>(values, (node, key) => node?[key]);

    private static string Default(JsonNode? value) => value switch
    {
        null => "none",
        JsonObject { Count: > 0 } or JsonArray { Count: > 3 } => "see values.yaml",
        JsonArray array when array.OfType<JsonObject>().Any() => "see values.yaml",
        _ => $"`{value.ToJsonString().Replace("\\u0022", "\"", StringComparison.Ordinal)}`",
    };

    [GeneratedRegex(@"^( *)([A-Za-z0-9_]+):")]
    private static partial Regex Key();
}
