using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Testing.Providers;

/// <summary>
/// A page of docs/providers. Its first configuration is whole; a later one replaces parts of the first one's <c>Gateway</c>.
/// </summary>
internal sealed partial class ProviderPage
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };
    private static readonly string Folder = Path.Combine(Script.Root, "docs", "providers");

    private ProviderPage(string name) =>
        (Name, Text) = (name, File.ReadAllText(Path.Combine(Folder, name + ".md")).ReplaceLineEndings("\n"));

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.md")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name != "README").Order(StringComparer.Ordinal)];

    public string Name { get; }

    public string Text { get; }

    /// <summary>Every configuration by the heading above it.</summary>
    public IReadOnlyDictionary<string, JsonObject> Configurations =>
        Sections.Where(section => Block(section.Text, "jsonc") is not null)
            .ToDictionary(section => section.Heading, section => Configuration(Block(section.Text, "jsonc")!));

    private IReadOnlyList<(string Heading, string Text)> Sections =>
        [.. SectionSyntax.Split(Text).Skip(1).Chunk(2).Select(pair => (pair[0], pair[1]))];

    public static ProviderPage Read(string name) => new(name);

    public string Section(string heading) => Sections.Single(section => section.Heading == heading).Text;

    /// <summary>The identity headers that the section shows, in order.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers(string heading) =>
        [.. (Block(Section(heading), "http") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2)).Select(parts => (parts[0], parts[1]))];

    /// <summary>Whether the page has a row about this reason, in the section or under a heading of its own.</summary>
    public bool Explains(string reason) => Text.Contains($"\n| `{reason}` |", StringComparison.Ordinal);

    public IReadOnlyList<string> Blocks(string language) =>
        [.. Text.Split($"\n```{language}\n").Skip(1).Select(rest => rest[..rest.IndexOf("\n```", StringComparison.Ordinal)])];

    private JsonObject Configuration(string block)
    {
        if (block.StartsWith('{'))
        {
            return JsonNode.Parse(block, documentOptions: WithComments)!.AsObject();
        }

        var whole = JsonNode.Parse(Blocks("jsonc")[0], documentOptions: WithComments)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse($"{{{block}}}", documentOptions: WithComments)!.AsObject())
        {
            whole["Gateway"]![name] = value?.DeepClone();
        }

        return whole;
    }

    private static string? Block(string text, string language) =>
        text.Split($"\n```{language}\n") is [_, var rest, ..] ? rest[..rest.IndexOf("\n```", StringComparison.Ordinal)] : null;

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex SectionSyntax { get; }
}
