using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Observability;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>docs/observability.md lists every log event and every instrument, and no other.</summary>
public sealed partial class ObservabilityPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Script.Root, "docs", "observability.md"));

    [Fact]
    public void Every_log_event_is_documented_with_its_number_and_level()
    {
        var source = Path.Combine(Script.Root, "src", "Gateway");
        var logged = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => LogEvent.Matches(File.ReadAllText(file)))
            .Select(match => (Id: NumberOf(match.Groups[1].Value), Level: match.Groups[2].Value, Name: match.Groups[1].Value))
            .Order()
            .ToArray();
        var documented = EventRow.Matches(Page)
            .Select(match => (Id: int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), Level: match.Groups[2].Value, Name: match.Groups[3].Value))
            .ToArray();

        documented.ShouldBe(logged);
        typeof(EventIds).GetFields().Length.ShouldBe(logged.Length);
    }

    [Fact]
    public void Every_instrument_is_documented_with_its_unit()
    {
        var source = File.ReadAllText(Path.Combine(Script.Root, "src", "Gateway", "Observability", "GatewayMetrics.cs"));
        var made = Instrument.Matches(source).Select(match => match.Groups[1].Value).Order().ToArray();
        var documented = InstrumentRow.Matches(Page).Select(match => match.Groups[1].Value).Order().ToArray();

        made.ShouldNotBeEmpty();
        documented.ShouldBe(made);
    }

    private static int NumberOf(string name) =>
        (int)typeof(EventIds).GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!;

    [GeneratedRegex(@"LoggerMessage\(EventIds\.(\w+), LogLevel\.(\w+),")]
    private static partial Regex LogEvent { get; }

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow { get; }

    [GeneratedRegex("\"(gateway\\.[a-z_.]+)\"")]
    private static partial Regex Instrument { get; }

    [GeneratedRegex(@"^\| `(gateway\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow { get; }
}
