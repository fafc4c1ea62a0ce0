using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gateway.Configuration;
using Gateway.Configuration.Listening;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Settings;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Configuration;

/// <summary>
/// Writes the JSON schema of yarp.json from what the program itself reads it with: the options classes with their doc comments and
/// defaults, and YARP's records. Draft 07, which every editor knows.
/// </summary>
internal static partial class SchemaWriter
{
    private const string Duration = @"^-?(\d+\.)?\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,7})?)?$";

    private static readonly ImmutableDictionary<string, string> Summaries =
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Gateway.xml"))
        .Descendants("member").Where(member => member.Element("summary") is not null)
        .ToImmutableDictionary(member => member.Attribute("name")!.Value, member => TextOf(member.Element("summary")!));

    public static JsonObject Write() => new()
    {
        ["$schema"] = "http://json-schema.org/draft-07/schema#",
        ["title"] = "yarp.json of the gateway",
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["$schema"] = Text("string", "Where this schema is, for editors."),
            ["Gateway"] = Of(
                SettingSchema.Checked["Gateway"], typeof(GatewayOptions), new GatewayOptions(),
                "What the gateway asks of tokens, and what it tells destinations."),
            ["ReverseProxy"] = ReverseProxy(),
            ["Kestrel"] = Of(
                SettingSchema.Checked["Kestrel"], typeof(ListenerOptions), new ListenerOptions(),
                "The public listener, as ASP.NET Core's Kestrel reads it."),
            ["Logging"] = Of(
                SettingSchema.Checked["Logging"], typeof(LoggingSection), new LoggingSection(),
                "Log levels and the console, as .NET reads them."),
            ["Urls"] = Text("string", "The public addresses, separated by semicolons. Default http://*:8080."),
        },
        ["additionalProperties"] = false,
    };

    private static JsonObject ReverseProxy()
    {
        var sections = ((SettingNode.Group)SettingSchema.Checked[SettingSchema.ReverseProxy]).Members;
        var routes = Of(
            ((SettingNode.Map)sections["Routes"]).Item, typeof(RouteConfig), null,
            "Which requests go to which cluster, and what is asked of them.");
        routes["required"] = new JsonArray("ClusterId", "AuthorizationPolicy", "Match");
        var clusters = Of(((SettingNode.Map)sections["Clusters"]).Item, typeof(ClusterConfig), null, "Destinations that serve the same.");
        return new JsonObject
        {
            ["description"] = "Routes and clusters of YARP.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["Routes"] = Map(routes, "Routes by a name of your choice."),
                ["Clusters"] = Map(clusters, "Clusters by a name of your choice."),
            },
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject Of(SettingNode node, Type type, object? value, string? description)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var schema = node switch
        {
            SettingNode.Group group => Object(group, type, value),
            SettingNode.Map map => Map(Of(map.Item, ItemOf(type), null, SummaryOf(ItemOf(type))), null),
            SettingNode.List list => List(list, type),
            SettingNode.Value single => Value(single, description),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };
        if (description is not null)
        {
            schema.Insert(0, "description", description);
        }

        if (node is SettingNode.Value { Type: var kind } && value is not null)
        {
            schema["default"] = value switch
            {
                bool truth => truth,
                int number => number,
                long number => number,
                double number => number,
                TimeSpan or string or Enum => value.ToString(),
                _ => throw new NotSupportedException($"A default of type {kind}."),
            };
        }

        return schema;
    }

    private static JsonObject Object(SettingNode.Group group, Type type, object? value)
    {
        // YARP's defaults are applied where they are used, and are null in its records.
        var isOurs = type.Assembly == typeof(GatewayOptions).Assembly;
        var owner = isOurs ? value ?? Activator.CreateInstance(type) : null;
        var required = new JsonArray();
        var properties = new JsonObject();
        foreach (var (name, member) in group.Members)
        {
            var property = type.GetProperties().First(property => property.Name == name && property.CanWrite);
            var summary = SummaryOf(property) ?? SummaryOf(property.PropertyType);
            properties[name] =
                Of(member, property.PropertyType, owner is null ? null : property.GetValue(owner), summary ?? YarpText.Of(property));
            if (property.Name == nameof(IssuerOptions.Algorithms))
            {
                properties[name]!["items"]!["enum"] =
                    new JsonArray([.. SignatureAlgorithms.Names.Select(algorithm => JsonValue.Create(algorithm))]);
            }

            if (YarpText.ExamplesOf(property) is { } examples)
            {
                properties[name]!["examples"] = examples;
            }

            if (isOurs && member is SettingNode.List or SettingNode.Map && properties[name]!["type"]!.GetValue<string>() == "array")
            {
                properties[name]!["minItems"] = 1;
            }

            if (summary is not null && AlwaysRequired().IsMatch(summary))
            {
                required.Add(name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private static JsonObject Map(JsonObject item, string? description)
    {
        var map = description is null ? [] : new JsonObject { ["description"] = description };
        map["type"] = "object";
        map["additionalProperties"] = item;
        return map;
    }

    private static JsonObject List(SettingNode.List list, Type type) => new()
    {
        ["type"] = "array",
        // A set of flags is written as a list of their names, and is its own item.
        ["items"] = Of(list.Item, type.IsEnum ? type : ItemOf(type), null, type.IsEnum ? null : SummaryOf(ItemOf(type))),
    };

    private static JsonObject Value(SettingNode.Value value, string? description) => value switch
    {
        { AnyScalar: true } => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        { Type.IsEnum: true } =>
            new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(value.Type).Select(name => JsonValue.Create(name))]) },
        _ when value.Type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
        _ when value.Type == typeof(double) || value.Type == typeof(float) => new JsonObject { ["type"] = "number" },
        { Type.IsPrimitive: true } => Ranged(description),
        _ when value.Type == typeof(TimeSpan) => new JsonObject { ["type"] = "string", ["pattern"] = Duration },
        _ when value.Type == typeof(Uri) => new JsonObject { ["type"] = "string", ["format"] = "uri" },
        _ when value.Type == typeof(Version) =>
            new JsonObject { ["type"] = new JsonArray("string", "number"), ["pattern"] = @"^\d+(\.\d+)?$" },
        _ => new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Ranged(string? description)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (description is not null && NumberRange().Match(description) is { Success: true } range)
        {
            schema["minimum"] = description.Contains("; 0 ", StringComparison.Ordinal)
                ? 0
                : int.Parse(range.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            schema["maximum"] = int.Parse(range.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        }

        return schema;
    }

    private static JsonObject Text(string type, string description) => new() { ["description"] = description, ["type"] = type };

    private static Type ItemOf(Type type) => type.GetInterfaces().Append(type)
        .Where(candidate => candidate.IsGenericType && typeof(IEnumerable).IsAssignableFrom(candidate))
        .Select(candidate => candidate.GetGenericArguments())
            .OrderByDescending(arguments => arguments.Length)
            .First(arguments => arguments.Length > 0)[^1];

    private static string? SummaryOf(MemberInfo member) => Summaries.GetValueOrDefault(
        member is Type type
            ? $"T:{type.FullName?.Replace('+', '.')}"
            : $"P:{member.DeclaringType!.FullName!.Replace('+', '.')}.{member.Name}");

    private static string TextOf(XElement summary)
    {
        foreach (var element in summary.Descendants().ToArray())
        {
            element.ReplaceWith(element.Attribute("cref") is { } cref
                ? $"`{cref.Value.Split('.')[^1].Split('(')[0]}`"
                : $"`{element.Value}`");
        }

        return WhiteSpace().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    // "Required with a placeholder" is not always; nor is "required" within a sentence.
    [GeneratedRegex(@"(^|\. )Required[.;,]")]
    private static partial Regex AlwaysRequired();

    [GeneratedRegex(@"range (\d+) to (\d+)")]
    private static partial Regex NumberRange();
}
