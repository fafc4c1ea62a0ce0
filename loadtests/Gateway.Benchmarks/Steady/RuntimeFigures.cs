using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Benchmarks.Measure.Peers;

namespace Gateway.Benchmarks.Steady;

/// <summary>What the runtime and the kernel have counted for a server so far, and how much waits in its thread pool now.</summary>
/// <param name="Switches">Of all its threads: given up by themselves, and taken away; and nanoseconds that they waited for a core.</param>
internal sealed record RuntimeFigures(
    double Gen0, double Gen1, double Gen2, double PauseSeconds, double Contentions, double Queue, double Threads, double Timers,
    (long Voluntary, long Involuntary, long Waited) Switches, long ProcessorNanoseconds)
{
    public static async Task<RuntimeFigures> ReadAsync(HttpClient client, SteadyServer server)
    {
        var text = await client.GetStringAsync(server.Runtime);
        var value = text.StartsWith('{') ? OfStats(JsonNode.Parse(text)!) : OfMetrics(text);
        return new RuntimeFigures(
            value("gen0"), value("gen1"), value("gen2"), value("pauseSeconds"), value("contentions"), value("queue"), value("threads"),
            value("timers"), ProcessFigures.Scheduling(server.ProcessId), ProcessClock.Read([server.ProcessId]));
    }

    // Here a collection of a generation counts for the younger ones too; in the metrics it does not.
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
        // A counter that has counted nothing has no line.
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    };
}
