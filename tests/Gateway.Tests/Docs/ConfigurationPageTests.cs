using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Identity;
using Gateway.Jose;
using Gateway.Settings;
using Gateway.Testing;
using Gateway.Tests.Configuration;

namespace Gateway.Tests.Docs;

/// <summary>
/// The page says what the program does: every setting with its type and default, every rejection, and examples that load.
/// </summary>
public sealed class ConfigurationPageTests
{
    private sealed record Setting(string Key, string Type, string? Default);

    [Fact]
    public void Every_setting_is_documented_and_every_documented_setting_exists()
    {
        var documented =
            ConfigurationPage.Rows.Select(row => row[0].Trim('`')).Where(key => key.StartsWith("Gateway:", StringComparison.Ordinal));

        documented.ShouldBe(Settings().Select(setting => setting.Key), ignoreOrder: true);
    }

    [Fact]
    public void Types_and_defaults_are_those_of_the_program()
    {
        var rows = ConfigurationPage.Rows.Where(row => row.Length == 4).ToLookup(row => row[0].Trim('`'));

        foreach (var setting in Settings())
        {
            var row = rows[setting.Key].ShouldHaveSingleItem();
            row[1].ShouldBe(setting.Type, setting.Key);
            row[3].ShouldEndWith(".", customMessage: setting.Key);
            if (setting.Default is not null)
            {
                row[2].ShouldBe($"`{setting.Default}`", setting.Key);
            }
            else
            {
                row[2].ShouldNotBeEmpty(setting.Key);
            }
        }
    }

    [Fact]
    public void Default_identity_headers_are_those_of_the_program()
    {
        var rows = ConfigurationPage.Rows.Where(row => row.Length == 3 && row[0].StartsWith("`X-Auth-", StringComparison.Ordinal));

        rows.Select(row => KeyValuePair.Create(row[0].Trim('`'), row[1].Trim('`'))).ShouldBe(IdentityCheck.DefaultHeaders);
    }

    [Fact]
    public void Rejections_are_those_of_the_program_row_by_row()
    {
        var header = Array.IndexOf(ConfigurationPage.Lines, "| Status | Error | Reason | Meaning |");
        var expected = Enum.GetValues<RejectionReason>().Select(Rejections.Of).Select(rejection =>
            $"| {rejection.Status} | {(rejection.Error is null ? "none" : $"`{rejection.Error}`")} | `{rejection.Tag}` | " +
                $"{rejection.Meaning} |");

        ConfigurationPage.Lines[(header + 2)..].TakeWhile(line => line.StartsWith('|')).ShouldBe(expected);
    }

    [Fact]
    public void Warnings_are_those_of_the_program_row_by_row()
    {
        var header = Array.IndexOf(ConfigurationPage.Lines, "| Rule | What | Why | Cure |");
        var expected = RiskRules.All.Select(rule => $"| `{rule.Id}` {rule.Name} | {rule.What} | {rule.Why} | {rule.Cure} |");

        ConfigurationPage.Lines[(header + 2)..].TakeWhile(line => line.StartsWith('|')).ShouldBe(expected);
    }

    [Fact]
    public void Exit_codes_are_those_of_the_program()
    {
        var documented = ConfigurationPage.Rows.Where(row => row.Length == 2 && int.TryParse(row[0], out _)).Select(row => row[0]);
        var codes = typeof(Gateway.Commands.ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.GetRawConstantValue()}"));

        documented.ShouldBe(codes);
    }

    [Fact]
    public async Task Examples_load()
    {
        var files = new Dictionary<string, string>
        {
            ["batch.secret"] = new string('s', 32),
            ["introspection.secret"] = "secret",
            ["assertion.jwks"] = FullConfiguration.Files["assertion.jwks"],
            ["decryption.jwks"] = FullConfiguration.Files["decryption.json"],
        };
        var examples = ConfigurationPage.Blocks("jsonc").ToArray();
        examples.Length.ShouldBeGreaterThan(4);
        foreach (var example in examples)
        {
            var errors = await CheckedConfiguration.ErrorsOfAsync(Whole(example), files: files);

            errors.ShouldBeEmpty(example);
        }
    }

    /// <summary>A piece of the Gateway section in place of what the good configuration has there.</summary>
    private static string Whole(string example)
    {
        if (example.StartsWith('{'))
        {
            return example;
        }

        var whole = JsonNode.Parse(CheckedConfiguration.With("\"read\",", "\"Authenticated\","))!;
        var piece = JsonNode.Parse(
            $"{{ {example} }}", documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!.AsObject();
        foreach (var (name, value) in piece)
        {
            whole["Gateway"]![name] = value!.DeepClone();
        }

        return whole.ToJsonString();
    }

    private static IEnumerable<Setting> Settings() =>
        Walk(GatewayOptions.SectionName, SettingSchema.Checked[GatewayOptions.SectionName], new GatewayOptions(), typeof(GatewayOptions));

    private static IEnumerable<Setting> Walk(string path, SettingNode node, object? value, Type type)
    {
        switch (node)
        {
            case SettingNode.Group group:
                var owner = value ?? Activator.CreateInstance(type)!;
                return group.Members.SelectMany(member =>
                {
                    var property = type.GetProperty(member.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)!;
                    return Walk($"{path}:{member.Key}", member.Value, property.GetValue(owner), property.PropertyType);
                });
            case SettingNode.Map { Item: SettingNode.Group item }:
                return Walk($"{path}:{{name}}", item, null, type.GetGenericArguments()[1]);
            case SettingNode.List { Item: SettingNode.Group item }:
                return Walk($"{path}:{{n}}", item, null, type.GetGenericArguments()[0]);
            default:
                return [new Setting(path, Describe(node), Format(value))];
        }
    }

    private static string Describe(SettingNode node) => node switch
    {
        SettingNode.Map map => $"map of {Describe(map.Item)}",
        SettingNode.List list => $"list of {Describe(list.Item)}",
        SettingNode.Value { AnyScalar: true } => "scalar",
        SettingNode.Value { Type.IsEnum: true } value => Join(Enum.GetNames(value.Type)),
        SettingNode.Value value when value.Type == typeof(string) => "text",
        SettingNode.Value value when value.Type == typeof(bool) => "boolean",
        SettingNode.Value value when value.Type == typeof(int) || value.Type == typeof(long) => "integer",
        SettingNode.Value value when value.Type == typeof(double) => "number",
        SettingNode.Value value when value.Type == typeof(TimeSpan) => "time",
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "The page has no name for this type yet."),
    };

    private static string Join(string[] names) => $"`{string.Join("`, `", names[..^1])}` or `{names[^1]}`";

    private static string? Format(object? value) => value switch
    {
        null => null,
        bool truth => truth ? "true" : "false",
        string text => text,
        IEnumerable => null,
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
