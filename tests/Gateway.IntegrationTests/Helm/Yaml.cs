using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Gateway.IntegrationTests.Helm;

/// <summary>YAML as Kubernetes reads it, into JSON.</summary>
internal static class Yaml
{
    private static readonly IDeserializer Deserializer =
        new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    /// <summary>Every document that is not empty.</summary>
    public static IReadOnlyList<JsonObject> ReadAll(string text)
    {
        var documents = new List<JsonObject>();
        var parser = new Parser(new StringReader(text));
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            if (ToJson(Deserializer.Deserialize(parser)) is JsonObject document)
            {
                // Parsed again, since only parsed numbers can be read as any type of number.
                documents.Add(JsonNode.Parse(document.ToJsonString())!.AsObject());
            }
        }

        return documents;
    }

    public static JsonObject Read(string text) => ReadAll(text).ShouldHaveSingleItem();

    public static string Kind(this JsonObject manifest) => (string)manifest["kind"]!;

    public static string Name(this JsonObject manifest) => (string)manifest["metadata"]!["name"]!;

    /// <summary>Labels or another map of text; empty when absent.</summary>
    public static Dictionary<string, string> Map(this JsonNode? node) =>
        node is JsonObject map ? map.ToDictionary(pair => pair.Key, pair => (string)pair.Value!) : [];

    /// <summary>The items of a list; none when it is absent.</summary>
    public static IEnumerable<JsonObject> Items(this JsonNode? node) => node is JsonArray list ? list.Select(item => item!.AsObject()) : [];

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        IDictionary map => new JsonObject(map.Keys.Cast<object>().Select(key =>
            KeyValuePair.Create(Convert.ToString(key, CultureInfo.InvariantCulture)!, ToJson(map[key])))),
        string text => JsonValue.Create(text),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
        _ => JsonValue.Create(value),
    };
}
