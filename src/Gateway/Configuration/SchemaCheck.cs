using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>Compares the settings, file and overrides together, with the schema: unknown keys and wrong types.</summary>
internal static class SchemaCheck
{
    public static void Run(IConfiguration configuration, YarpJson document, ConfigurationReport report)
    {
        // Overrides bring the whole environment along, so top-level names are judged in the file only.
        foreach (var name in document.ChildrenOf(""))
        {
            if (!SettingSchema.Checked.ContainsKey(name) && name != SettingSchema.SchemaReference)
            {
                var (problem, cure) = ForeignSections.Explain(name, [.. document.ChildrenOf(name)]);
                report.Error(name, problem, cure);
                // "Gatway" most likely means "Gateway": a report that its settings are missing would mislead.
                report.Distrust(Suggestion.Closest(name, SettingSchema.Checked.Keys));
            }
        }

        foreach (var (name, node) in SettingSchema.Checked)
        {
            Check(configuration.GetSection(name), node, document, report);
        }
    }

    /// <summary>The settings without those that the schema rejects, so that the rest of the file can still be bound and checked.</summary>
    public static IConfiguration WithoutRejected(IConfiguration configuration, IReadOnlyList<string> rejected) =>
        SettingTree.Of(configuration.AsEnumerable()
            .Where(setting => setting.Value is not null && !rejected.Any(path => ConfigurationReport.IsAtOrBelow(setting.Key, path))));

    /// <summary>
    /// Checks one setting and everything below it. The cases with a condition come first; the ones after them are the same nodes with a
    /// value of the wrong kind.
    /// </summary>
    private static void Check(IConfigurationSection section, SettingNode node, YarpJson document, ConfigurationReport report)
    {
        var kind = KindOf(section, document);
        switch (node)
        {
            case SettingNode.Group group when IsContainer(section, kind, JsonTokenType.StartObject):
                // Configuration binds {} to null, so the section would be off although its author meant to turn it on.
                if (group.MustHaveMembers && kind == JsonTokenType.StartObject && !ChildrenOf(section, document).Any())
                {
                    report.Error(section.Path, "this is empty.", "Write its settings, or leave it out.");
                }

                foreach (var child in ChildrenOf(section, document))
                {
                    if (group.Members.TryGetValue(child.Key, out var member))
                    {
                        Check(child, member, document, report);
                    }
                    else
                    {
                        var (problem, cure) = SettingSchema.Unsupported(child.Path, child.Key)
                            ?? ("this key is unknown.", Suggestion.For(child.Key, group.Members.Keys));
                        report.Error(child.Path, problem, cure);
                        report.Distrust(Suggestion.Closest(child.Key, group.Members.Keys) is { } meant ? $"{section.Path}:{meant}" : null);
                    }
                }

                break;
            case SettingNode.Map map when IsContainer(section, kind, JsonTokenType.StartObject):
                if (map.Item is SettingNode.Value)
                {
                    CheckNotEmpty(section, document, report);
                }

                foreach (var child in ChildrenOf(section, document))
                {
                    CheckItem(child, map.Item, document, report);
                }

                break;
            case SettingNode.List list when IsContainer(section, kind, JsonTokenType.StartArray):
                CheckNotEmpty(section, document, report);
                foreach (var child in ChildrenOf(section, document))
                {
                    if (int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        CheckItem(child, list.Item, document, report);
                    }
                    else
                    {
                        report.Error(
                            child.Path, "this is a list, and the key is not an index.", "Write a JSON array, or __0, __1 in an override.");
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

    /// <summary>A key whose value is empty or null never reaches the configuration, and can be as wrong as any other.</summary>
    private static IEnumerable<IConfigurationSection> ChildrenOf(IConfigurationSection section, YarpJson document)
    {
        var effective = section.GetChildren().ToArray();
        // An override that puts a value in place of an object takes its members' meaning away.
        return section.Value is not null
            ? effective
            : effective.Concat(document.ChildrenOf(section.Path).Select(section.GetSection).Where(child => !child.Exists()));
    }

    /// <summary>The kind that the file gives the value in effect; an override is text.</summary>
    private static JsonTokenType KindOf(IConfigurationSection section, YarpJson document) =>
        document.Find(section.Path) is { } setting && (section.Value is null || section.Value == setting.Text)
            ? setting.Kind
            : JsonTokenType.None;

    /// <summary>An item that holds nothing would vanish, and with it what it was meant to ask for.</summary>
    private static void CheckItem(IConfigurationSection item, SettingNode node, YarpJson document, ConfigurationReport report)
    {
        var known = report.Count;
        Check(item, node, document, report);
        if (report.Count == known && !item.Exists())
        {
            report.Error(item.Path, "this is empty.", "Fill it in, or remove it.");
        }
    }

    /// <summary>Of our own settings: an empty list would mean the default.</summary>
    private static void CheckNotEmpty(IConfigurationSection section, YarpJson document, ConfigurationReport report)
    {
        if (document.Find(section.Path) is { Kind: not JsonTokenType.Null } && !ChildrenOf(section, document).Any()
            && section.Path.StartsWith(GatewayOptions.SectionName, StringComparison.OrdinalIgnoreCase))
        {
            report.Error(section.Path, "this is empty.", "Add an item, or leave it out.");
        }
    }

    /// <summary>
    /// Whether the setting can be an object or list. Overrides have no kind, and null means that the section is left out.
    /// </summary>
    private static bool IsContainer(IConfigurationSection section, JsonTokenType kind, JsonTokenType wanted) =>
        section.Value is null && (kind == wanted || kind is JsonTokenType.None or JsonTokenType.Null);

    // The messages never contain the value, which may be a secret.
    private static void CheckValue(IConfigurationSection section, SettingNode.Value value, JsonTokenType kind, ConfigurationReport report)
    {
        if (section.GetChildren().Any() || (section.Value is null && kind is JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            report.Error(section.Path, $"this must be {Describe(value.Type)}, not an object or list.", "Write one value.");
        }
        else if (section.Value is { } text && !IsOfType(text, kind, value))
        {
            report.Error(section.Path, $"this must be {Describe(value.Type)}.", CureFor(value.Type, text));
        }
    }

    /// <param name="kind"><see cref="JsonTokenType.None"/> for an override, which is always text.</param>
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

        if (!isText && value.Type != typeof(Version))
        {
            // A number for a time would be read as days.
            return value.AnyScalar;
        }

        return value.Type switch
        {
            { IsEnum: true } => Enum.GetNames(value.Type).Contains(text, StringComparer.OrdinalIgnoreCase),
            // Without a colon it is a number of days.
            _ when value.Type == typeof(TimeSpan) =>
                text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ when value.Type == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out _),
            _ when value.Type == typeof(Version) =>
                Version.TryParse(text.Contains('.', StringComparison.Ordinal) ? text : text + ".0", out _),
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
