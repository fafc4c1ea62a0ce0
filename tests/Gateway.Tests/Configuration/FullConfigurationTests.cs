using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Settings;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary>
/// All settings that YARP 2.3 documents and all settings of the gateway in one file that must load, and the errors when it is changed.
/// </summary>
public sealed class FullConfigurationTests
{
    // A certificate is in files or in the system's store.
    private static readonly string[] InPlaceOfFiles =
        [":Certificate:Subject", ":Certificate:Store", ":Certificate:Location", ":Certificate:AllowInvalid", ":Certificate:Password", ":Default:Subject", ":Default:Store",
            ":Default:Location", ":Default:AllowInvalid", ":Default:Password", ":Introspection:KeyFile"];

    [Fact]
    public async Task Every_documented_setting_is_accepted()
    {
        (await CheckedConfiguration.ErrorsOfAsync(FullConfiguration.Text, files: FullConfiguration.Files)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Example_of_the_repository_is_accepted()
    {
        var yarpJson = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "yarp.json"));

        (await CheckedConfiguration.ErrorsOfAsync(yarpJson, environment: "Development")).ShouldBeEmpty();
    }

    [Fact]
    public void Full_configuration_mentions_every_setting()
    {
        var root = Parse();

        foreach (var (section, node) in SettingSchema.Checked)
        {
            Missing(node, Named(root, section), section).Where(path => !InPlaceOfFiles.Any(path.EndsWith)).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("99999999999999999999")]
    public async Task Whatever_stands_in_place_of_a_setting_ends_in_a_report_and_never_in_an_exception(string value)
    {
        foreach (var path in Paths(Parse(), []))
        {
            var root = Parse();
            Replace(root, path, JsonNode.Parse(value));

            await Should.NotThrowAsync(
                CheckedConfiguration.ErrorsOfAsync(root.ToJsonString(), files: FullConfiguration.Files),
                $"{value} at {string.Join(':', path)}");
        }
    }

    [Theory]
    [InlineData("{ \"x\": { \"y\": [1] } }")]
    public async Task Object_or_list_in_place_of_a_value_is_reported_there(string value)
    {
        foreach (var path in Paths(Parse(), []).Where(path => SettingSchema.Checked.ContainsKey(path[0]) && IsValue(path)))
        {
            var root = Parse();
            Replace(root, path, JsonNode.Parse(value));

            var errors = await CheckedConfiguration.ErrorsOfAsync(root.ToJsonString(), files: FullConfiguration.Files);

            errors.ShouldContain(error => error.Path == string.Join(':', path), $"{value} at {string.Join(':', path)}");
        }
    }

    private static JsonObject Parse() =>
        JsonNode.Parse(
            FullConfiguration.Text, documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!.AsObject();

    private static bool IsValue(string[] path) => path.Aggregate((JsonNode?)Parse(), Named) is JsonValue;

    private static JsonNode? Named(JsonNode? parent, string name) =>
        parent is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : parent?[name];

    private static void Replace(JsonObject root, string[] path, JsonNode? value)
    {
        var parent = path[..^1].Aggregate((JsonNode)root, (node, name) => Named(node, name)!);
        if (parent is JsonArray list)
        {
            list[int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            parent[path[^1]] = value;
        }
    }

    private static IEnumerable<string[]> Paths(JsonNode? node, string[] path)
    {
        var children = node switch
        {
            JsonObject members => members.Select(member => (Name: member.Key, member.Value)),
            JsonArray items =>
                items.Select((item, index) => (Name: index.ToString(System.Globalization.CultureInfo.InvariantCulture), Value: item)),
            _ => [],
        };
        foreach (var (name, child) in children)
        {
            yield return [.. path, name];
            foreach (var inner in Paths(child, [.. path, name]))
            {
                yield return inner;
            }
        }
    }

    /// <summary>The settings of the schema that no item of the file mentions.</summary>
    private static IEnumerable<string> Missing(SettingNode schema, JsonNode? node, string path) => schema switch
    {
        SettingNode.Group group => group.Members.SelectMany(member => Missing(member.Value, node?[member.Key], $"{path}:{member.Key}")),
        SettingNode.Map map => AnyOf(map.Item, (node as JsonObject)?.Select(member => member.Value), $"{path}:*"),
        SettingNode.List list => AnyOf(list.Item, node as JsonArray, $"{path}:*"),
        _ => node is null ? [path] : [],
    };

    private static string[] AnyOf(SettingNode schema, IEnumerable<JsonNode?>? items, string path)
    {
        var missing = (items ?? []).Select(item => Missing(schema, item, path).ToArray()).ToArray();
        return missing.Length == 0 ? [path] : missing.Aggregate((one, other) => [.. one.Intersect(other)]);
    }
}
