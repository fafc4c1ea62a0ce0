using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Foundation;
using Gateway.Telemetry;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>docs/observability.md lists every log event and every instrument, and no other.</summary>
public sealed partial class ObservabilityPageTests
{
    private static readonly string Telemetry = Path.Combine(Script.Root, "src", "Gateway", "Telemetry");
    private static readonly string Page = File.ReadAllText(Path.Combine(Script.Root, "docs", "observability.md"));

    [Fact]
    public void Every_log_event_is_documented_with_its_number_and_level()
    {
        var source = Path.Combine(Script.Root, "src", "Gateway");
        var logged = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => LogEvent.Matches(File.ReadAllText(file)))
            // An event without a fixed level is listed by its lowest.
            .Select(match =>
                (
                    Id: NumberOf(match.Groups[1].Value), Level: match.Groups[2].Success ? match.Groups[2].Value : "Debug",
                    Name: match.Groups[1].Value))
            .Order()
            .ToArray();
        var documented = EventRow.Matches(Page)
            .Select(match =>
                (
                    Id: int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), Level: match.Groups[2].Value,
                    Name: match.Groups[3].Value))
            .ToArray();

        documented.ShouldBe(logged);
        typeof(EventIds).GetFields().Length.ShouldBe(logged.Length);
    }

    [Fact]
    public void Every_instrument_is_documented_with_its_kind_and_unit()
    {
        var made = new List<string>();
        using var listener = new MeterListener();
        using var factory = new MeterFactory();
        using var metrics = new GatewayMetrics(factory, TimeProvider.System);
        metrics.ObserveKeyAge(() => []);
        metrics.ObserveRevocations(() => 0, () => null);
        metrics.ObserveMalformedRevocations(() => 0);
        metrics.ObserveInFlight(() => []);
        metrics.ObserveDestinations(() => []);
        metrics.ObserveLostRevocations(() => 0);
        metrics.ObserveRevocationSnapshots(() => []);
        metrics.ObserveConfiguration(() => new string('0', 64), () => DateTimeOffset.UnixEpoch);
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (factory.Made.Contains(instrument.Meter))
            {
                made.Add(Describe(instrument));
            }
        };
        listener.Start();

        made.ShouldNotBeEmpty();
        InstrumentRow.Matches(Page).Select(match => match.Groups[1].Value).Order().ShouldBe(made.Order());
    }

    [Fact]
    public void Every_field_of_the_access_log_is_documented()
    {
        var source = File.ReadAllText(Path.Combine(Script.Root, "src", "Gateway", "Pipeline", "Telemetry", "AccessLog.cs"));
        var start = source.IndexOf("Message = ", StringComparison.Ordinal);
        var logged = Placeholder.Matches(source[start..source.IndexOf("void Answered", StringComparison.Ordinal)])
            .Select(match => match.Groups[1].Value)
            .ToArray();

        logged.ShouldNotBeEmpty();
        NamesIn("## Access log", "| Field |").ShouldBe(logged, ignoreOrder: true);
    }

    [Fact]
    public void Every_attribute_of_the_gateways_spans_is_documented()
    {
        var source = File.ReadAllText(Path.Combine(Telemetry, "RequestSpan.cs"));
        var set = Attribute.Matches(source).Select(match => match.Groups[1].Value).ToArray();

        set.ShouldNotBeEmpty();
        NamesIn("### Spans", "| Attribute |").ShouldBe(set, ignoreOrder: true);
    }

    /// <summary>The names in the first column of a table.</summary>
    private static IEnumerable<string> NamesIn(string heading, string table)
    {
        var start = Page.IndexOf(table, Page.IndexOf(heading, StringComparison.Ordinal), StringComparison.Ordinal);
        return Page[start..].Split('\n').TakeWhile(line => line.StartsWith('|')).SelectMany(line => Code.Matches(line.Split('|')[1]))
            .Select(match => match.Groups[1].Value);
    }

    /// <summary>The first cells of its row.</summary>
    private static string Describe(Instrument instrument)
    {
        var kind = instrument switch
        {
            Counter<long> or ObservableCounter<long> => "counter",
            Histogram<double> => "histogram",
            ObservableUpDownCounter<int> => "up-down counter",
            ObservableGauge<double> or ObservableGauge<long> or ObservableGauge<int> => "gauge",
            _ => instrument.GetType().Name,
        };
        return $"| `{instrument.Name}` | {kind} | `{instrument.Unit}` |";
    }

    private static int NumberOf(string name) =>
        (int)typeof(EventIds).GetField(name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!;

    [GeneratedRegex(@"LoggerMessage\(\s*(?:EventId = )?EventIds\.(\w+),(?: LogLevel\.(\w+),)?")]
    private static partial Regex LogEvent { get; }

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow { get; }

    [GeneratedRegex(@"^(\| `gateway\.[a-z_.]+` \| [a-z-]+(?: [a-z]+)? \| `[^`]+` \|)", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow { get; }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder { get; }

    [GeneratedRegex(@"SetTag\(""([a-z_.]+)""")]
    private static partial Regex Attribute { get; }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code { get; }

    private sealed class MeterFactory : IMeterFactory
    {
        public List<Meter> Made { get; } = [];

        public Meter Create(MeterOptions options)
        {
            Made.Add(new Meter(options));
            return Made[^1];
        }

        public void Dispose() => Made.ForEach(meter => meter.Dispose());
    }
}
