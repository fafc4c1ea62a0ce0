using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Commands;

/// <summary>The findings of <c>gateway check</c> in SARIF 2.1.0, which code hosts show beside the line.</summary>
internal static class SarifReport
{
    private static readonly JsonSerializerOptions Readable = ReadableJson.Of(new() { WriteIndented = true });

    // Results refer to a rule by its index here, so the array is both the list in the report and the table for look-ups.
    private static readonly (string Id, string Name, string What, string Why, string Cure, string Level)[] Rules =
    [
        (
            ErrorRules.File, "UnreadableFile", "the file cannot be read, is no JSON, or has a key twice.", "The gateway would not start.",
            "See the message.", "error"),
        (
            ErrorRules.Schema, "WrongSetting", "a key is unknown, or a value has the wrong type.", "The gateway would not start.",
            "See the message.", "error"),
        (
            ErrorRules.Meaning, "WrongMeaning", "a setting cannot be used, or settings contradict each other.",
            "The gateway would not start.", "See the message.", "error"),
        .. RiskRules.All.Select(rule => (rule.Id, rule.Name, rule.What, rule.Why, rule.Cure, "warning")),
    ];

    /// <summary>One run with the findings of all files.</summary>
    public static string Of(IEnumerable<CheckedFile> files)
    {
        var report = new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "gateway",
                        ["semanticVersion"] = typeof(SarifReport).Assembly.GetName().Version!.ToString(3),
                        ["rules"] = new JsonArray([.. Rules.Select(rule => new JsonObject
                        {
                            ["id"] = rule.Id,
                            ["name"] = rule.Name,
                            ["shortDescription"] = Text(rule.What),
                            ["fullDescription"] = Text(rule.Why),
                            ["help"] = Text(rule.Cure),
                            ["defaultConfiguration"] = new JsonObject { ["level"] = rule.Level },
                        })]),
                    },
                },
                ["results"] =
                    new JsonArray([.. files.SelectMany(file => FindingDocument.Of(file).Select(finding => Result(file.Name, finding)))]),
            }),
        };
        return report.ToJsonString(Readable);
    }

    /// <summary>One finding. Without a line it has no region, and code hosts show it for the whole file.</summary>
    private static JsonObject Result(string file, FindingDocument finding)
    {
        var place = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = UriOf(file) } };
        if (finding.Line is { } line)
        {
            place["region"] = new JsonObject { ["startLine"] = line, ["startColumn"] = finding.Column };
        }

        var location = new JsonObject { ["physicalLocation"] = place };
        if (finding.Path.Length > 0)
        {
            location["logicalLocations"] = new JsonArray(new JsonObject { ["fullyQualifiedName"] = finding.Path });
        }

        // What an environment variable sets is not in the file.
        var source = finding.Line is null && finding.Location.StartsWith("override ", StringComparison.Ordinal)
            ? $" ({finding.Location})"
            : "";
        return new JsonObject
        {
            ["ruleId"] = finding.Rule,
            ["ruleIndex"] = Array.FindIndex(Rules, rule => rule.Id == finding.Rule),
            ["level"] = finding.Level,
            ["message"] = Text(finding.Path.Length == 0
                ? $"{finding.Problem} {finding.Cure}"
                : $"{finding.Path}: {finding.Problem} {finding.Cure}{source}"),
            ["locations"] = new JsonArray(location),
        };
    }

    /// <summary>A URI reference (RFC 3986): relative paths stay relative to the repository's root.</summary>
    private static string UriOf(string file) =>
        Path.IsPathRooted(file)
            ? new Uri(file).AbsoluteUri
            : string.Join('/', file.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString));

    private static JsonObject Text(string text) => new() { ["text"] = text };
}
