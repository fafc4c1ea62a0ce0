using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Image;

/// <summary>The repository's Dockerfile, instruction by instruction; continued lines are one.</summary>
internal sealed partial record Dockerfile(IReadOnlyList<(string Name, string Text)> Build, IReadOnlyList<(string Name, string Text)> Final)
{
    public static Dockerfile Read()
    {
        var text = File.ReadAllText(Path.Combine(Script.Root, "Dockerfile"));
        var lines = text.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.TrimEnd());
        var instructions = Continuation().Replace(string.Join('\n', lines), " ").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2)).Select(parts => (Name: parts[0], Text: parts[1].Trim())).ToArray();
        var stages = instructions.Index().Where(each => each.Item.Name == "FROM").Select(each => each.Index).ToArray();
        stages.Length.ShouldBe(2);
        return new Dockerfile(instructions[stages[0]..stages[1]], instructions[stages[1]..]);
    }

    /// <summary>The default values of a stage's build arguments.</summary>
    public static Dictionary<string, string> Arguments(IEnumerable<(string Name, string Text)> stage) =>
        stage.Where(each => each.Name == "ARG").Select(each => each.Text.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    public static Dictionary<string, string> Variables(IEnumerable<(string Name, string Text)> stage) =>
        stage.Where(each => each.Name == "ENV")
            .SelectMany(each => each.Text.Split(' '))
            .Select(each => each.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);

    /// <summary>What the container runs: ENTRYPOINT and CMD.</summary>
    public IEnumerable<string> Command => [.. Words("ENTRYPOINT"), .. Words("CMD")];

    public string Only(string name) => Final.Where(each => each.Name == name).ShouldHaveSingleItem().Text;

    private string[] Words(string name) => JsonSerializer.Deserialize<string[]>(Only(name))!;

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continuation();
}
