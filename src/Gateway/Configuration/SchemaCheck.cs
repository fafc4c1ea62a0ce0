using System.ComponentModel;
using System.Globalization;
using System.Text.Json;

namespace Gateway.Configuration;

/// <summary>Compares the settings, file and overrides together, with the schema: unknown keys and wrong types.</summary>
internal static class SchemaCheck
{
    public static void Run(IConfiguration configuration, YarpJson document, ConfigurationReport report)
    {
        // Overrides bring the whole environment along, so top-level names are judged in the file only.
        foreach (var (name, _) in document.Settings.Where(setting => !setting.Key.Contains(':')))
        {
            if (!SettingSchema.Checked.ContainsKey(name) && !SettingSchema.Framework.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                report.Error(name, "this section is unknown.", Suggestion.For(name, SettingSchema.Checked.Keys.Concat(SettingSchema.Framework)));
            }
        }

        foreach (var (name, node) in SettingSchema.Checked)
        {
            Check(configuration.GetSection(name), node, document, report);
        }
    }

    private static void Check(IConfigurationSection section, SettingNode node, YarpJson document, ConfigurationReport report)
    {
        var kind = document.Find(section.Path)?.Kind ?? JsonTokenType.None;
        switch (node)
        {
            case SettingNode.Group group when IsContainer(section, kind, JsonTokenType.StartObject):
                foreach (var child in section.GetChildren())
                {
                    if (group.Members.TryGetValue(child.Key, out var member))
                    {
                        Check(child, member, document, report);
                    }
                    else
                    {
                        report.Error(child.Path, "this key is unknown.", Suggestion.For(child.Key, group.Members.Keys));
                    }
                }

                // A key whose value is empty or null never reaches the configuration, and is as misspelt as any other.
                foreach (var name in EmptyKeys(section, document).Where(name => !group.Members.ContainsKey(name)))
                {
                    report.Error($"{section.Path}:{name}", "this key is unknown.", Suggestion.For(name, group.Members.Keys));
                }

                break;
            case SettingNode.Map map when IsContainer(section, kind, JsonTokenType.StartObject):
                foreach (var child in section.GetChildren())
                {
                    Check(child, map.Item, document, report);
                }

                break;
            case SettingNode.List list when IsContainer(section, kind, JsonTokenType.StartArray):
                foreach (var child in section.GetChildren())
                {
                    if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        Check(child, list.Item, document, report);
                    }
                    else
                    {
                        report.Error(child.Path, "this is a list, and the key is not an index.", "Write a JSON array, or __0, __1 in an override.");
                    }
                }

                break;
            case SettingNode.Group or SettingNode.Map:
                report.Error(section.Path, "this must be an object.", "Write { ... }.");
                break;
            case SettingNode.List:
                report.Error(section.Path, "this must be a list.", "Write [ ... ].");
                break;
            case SettingNode.Value value:
                CheckValue(section, value, kind, report);
                break;
        }
    }

    private static IEnumerable<string> EmptyKeys(IConfigurationSection section, YarpJson document)
    {
        var prefix = section.Path + ':';
        return document.Settings
            .Where(setting => setting.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
                && !setting.Key.AsSpan(prefix.Length).Contains(':')
                && !section.GetSection(setting.Key[prefix.Length..]).Exists())
            .Select(setting => setting.Key[prefix.Length..]);
    }

    private static bool IsContainer(IConfigurationSection section, JsonTokenType kind, JsonTokenType wanted) =>
        section.Value is null && (kind == wanted || kind is JsonTokenType.None or JsonTokenType.Null);

    private static void CheckValue(IConfigurationSection section, SettingNode.Value value, JsonTokenType kind, ConfigurationReport report)
    {
        if (section.GetChildren().Any())
        {
            report.Error(section.Path, $"this must be {Describe(value.Type)}, not an object or list.", "Write one value.");
        }
        else if (section.Value is { } text && !IsOfType(text, kind, value))
        {
            report.Error(section.Path, $"this must be {Describe(value.Type)}.", CureFor(value.Type, text));
        }
    }

    private static bool IsOfType(string text, JsonTokenType kind, SettingNode.Value value)
    {
        var isText = kind is JsonTokenType.String or JsonTokenType.None;
        if (value.Type == typeof(bool))
        {
            return bool.TryParse(text, out _);
        }

        if (value.Type.IsPrimitive)
        {
            return TypeDescriptor.GetConverter(value.Type) is var converter && converter.IsValid(text);
        }

        if (!isText)
        {
            // A number for a time would be read as days.
            return value.AnyScalar;
        }

        return value.Type switch
        {
            { IsEnum: true } => Enum.TryParse(value.Type, text, ignoreCase: true, out _) && !int.TryParse(text, out _),
            _ when value.Type == typeof(TimeSpan) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ when value.Type == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out _),
            _ when value.Type == typeof(Version) => Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out _),
            _ => true,
        };
    }

    private static string Describe(Type type) => type switch
    {
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time",
        _ when type == typeof(Uri) => "an absolute URL",
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        { IsPrimitive: true } => "a number in range",
        _ => "text",
    };

    private static string CureFor(Type type, string text) => type switch
    {
        { IsEnum: true } => Suggestion.For(text, Enum.GetNames(type)),
        _ when type == typeof(TimeSpan) => "Write it as \"hh:mm:ss\" or \"d.hh:mm:ss\".",
        _ when type == typeof(bool) => "Write true or false without quotes.",
        { IsPrimitive: true } => "Write a number without quotes.",
        _ => "Put it in quotes.",
    };
}
