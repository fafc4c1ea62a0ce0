using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>The pages of docs/migration, and the worked yarp.json in each.</summary>
internal static class MigrationPage
{
    private const string Start = "```jsonc\n";

    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };
    private static readonly string Folder = Path.Combine(Script.Root, "docs", "migration");

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name + ".md")).ReplaceLineEndings("\n");

    /// <summary>The text of the page's only block of that kind.</summary>
    public static string WorkedText(string name) => Read(name).Split(Start) is [_, var rest]
        ? rest[..rest.IndexOf("\n```\n", StringComparison.Ordinal)]
        : throw new InvalidDataException($"docs/migration/{name}.md has no worked configuration, or more than one.");

    public static JsonObject Worked(string name) => JsonNode.Parse(WorkedText(name), documentOptions: WithComments)!.AsObject();
}
