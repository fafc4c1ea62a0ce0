using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Benchmarks.Measure.Peers;

namespace Gateway.Benchmarks.Steady;

/// <summary>The counters of the runtime and of the kernel for a server, and the current length of its thread-pool queue.</summary>
/// <param name="Scheduling">Of each thread, by its id.</param>
internal sealed record RuntimeFigures(
    double Gen0, double Gen1, double Gen2, double PauseSeconds, double Contentions, double Queue, double Threads, double Timers,
    IReadOnlyDictionary<string, ThreadFigures> Scheduling, long ProcessorNanoseconds)
{
    public static async Task<RuntimeFigures> ReadAsync(HttpClient client, SteadyServer server)
    {
        var text = await client.GetStringAsync(server.Runtime);
        var value = text.StartsWith('{') ? OfStats(JsonNode.Parse(text)!) : OfMetrics(text);
        return new RuntimeFigures(
            value("gen0"), value("gen1"), value("gen2"), value("pauseSeconds"), value("contentions"), value("queue"), value("threads"),
            value("timers"), ProcessFigures.Scheduling(server.ProcessId), ProcessClock.Read([server.ProcessId]));
    }

    // GC.CollectionCount counts a collection for the younger generations too; the metrics do not.
    private static Func<string, double> OfStats(JsonNode stats) => name =>
        Of(stats, name) - (name switch { "gen0" => Of(stats, "gen1"), "gen1" => Of(stats, "gen2"), _ => 0 });

    private static double Of(JsonNode stats, string name) => stats[name]!.GetValue<double>();

    private static Func<string, double> OfMetrics(string page) => name =>
    {
        var series = name switch
        {
            "pauseSeconds" => "dotnet_gc_pause_time_seconds_total",
            "contentions" => "dotnet_monitor_lock_contentions_total",
            "queue" => "dotnet_thread_pool_queue_length",
            "threads" => "dotnet_thread_pool_thread_count",
            "timers" => "dotnet_timer_count",
            _ => $"dotnet_gc_collections_total{{gc_heap_generation=\"{name}\"",
        };
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith(series, StringComparison.Ordinal));
        // A counter that is still zero has no line.
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    };
}
