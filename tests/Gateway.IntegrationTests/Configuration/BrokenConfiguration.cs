using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>The change that is made to one node of a valid configuration.</summary>
internal enum Damage
{
    Delete,
    Misspell,
    Retype,
    Move,
    Empty,
}

/// <summary>The full configuration with one invalid node.</summary>
internal sealed record BrokenConfiguration(Damage Damage, string Path, JsonObject Json)
{
    /// <summary>
    /// Every second node, changed in the five ways in turn. The order is that of the file, so that a run can be repeated.
    /// </summary>
    public static IEnumerable<BrokenConfiguration> All(JsonObject good)
    {
        foreach (var (index, path) in Paths(good, []).Where(path => path is not ["$schema"]).Index().Where(node => node.Index % 2 == 0))
        {
            yield return Spoil(good, path, (Damage)(index / 2 % 5));
        }
    }

    /// <summary>
    /// The full configuration on loopback ports that the system assigns, without external services that a start would wait for.
    /// </summary>
    public static JsonObject Good()
    {
        var root = JsonNode.Parse(FullConfiguration.Text)!.AsObject();
        root["Urls"] = "http://127.0.0.1:0";
        root["Kestrel"]!["Endpoints"]!["plain"]!["Url"] = "http://127.0.0.1:0";
        root["Kestrel"]!["Endpoints"]!["tls"]!["Url"] = "https://127.0.0.1:0";
        root["Gateway"]!["Management"]!["Port"] = 0;
        root["Gateway"]!["Revocation"] = new JsonObject { ["Store"] = "Memory" };
        foreach (var (_, limit) in root["Gateway"]!["RateLimits"]!.AsObject())
        {
            // Shared limits need Redis.
            limit!.AsObject().Remove("Shared");
        }

        root["Gateway"]!["Drain"] = new JsonObject { ["Delay"] = "00:00:00", ["Timeout"] = "00:00:01" };
        return root;
    }

    private static BrokenConfiguration Spoil(JsonObject good, string[] path, Damage damage)
    {
        var root = good.DeepClone().AsObject();
        var parent = path[..^1].Aggregate((JsonNode)root, (node, name) => Child(node, name)!);
        var value = Child(parent, path[^1]);
        switch (damage)
        {
            case Damage.Delete:
                Remove(parent, path[^1]);
                break;
            case Damage.Misspell when parent is JsonObject members:
                members.Remove(path[^1]);
                members[path[^1][..^1] + "qz"] = value;
                break;
            case Damage.Misspell:
                Set(parent, path[^1], value is JsonValue text ? JsonValue.Create($"{text}qz") : new JsonArray());
                break;
            case Damage.Retype:
                Set(parent, path[^1], value is JsonValue ? new JsonObject { ["x"] = 1 } : JsonValue.Create(17));
                break;
            case Damage.Move:
                Remove(parent, path[^1]);
                root[path.Length == 1 ? "Moved" : path[^1]] = value;
                break;
            default:
                Set(
                    parent, path[^1],
                    value switch { JsonObject => new JsonObject(), JsonArray => new JsonArray(), _ => JsonValue.Create("") });
                break;
        }

        return new BrokenConfiguration(damage, string.Join(':', path), root);
    }

    private static JsonNode? Child(JsonNode parent, string name) => parent is JsonArray list ? list[Index(name)] : parent[name];

    private static void Remove(JsonNode parent, string name)
    {
        if (parent is JsonArray list)
        {
            list.RemoveAt(Index(name));
        }
        else
        {
            parent.AsObject().Remove(name);
        }
    }

    private static void Set(JsonNode parent, string name, JsonNode? value)
    {
        if (parent is JsonArray list)
        {
            list[Index(name)] = value;
        }
        else
        {
            parent[name] = value;
        }
    }

    private static int Index(string name) => int.Parse(name, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Paths(JsonNode? node, string[] path)
    {
        var children = node switch
        {
            JsonObject members => members.Select(member => (member.Key, member.Value)),
            JsonArray items => items.Select((item, index) => (index.ToString(CultureInfo.InvariantCulture), item)),
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
}
