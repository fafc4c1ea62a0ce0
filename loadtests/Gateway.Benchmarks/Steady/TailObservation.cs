using System.Globalization;
using Gateway.Benchmarks.Load;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// A turn of an open loop in which the server's runtime counters are read. It is separate from the measured turns, because the reads cost
/// the server time.
/// </summary>
/// <param name="Samples">Several a second; the first was read before the turn and the last after it.</param>
internal sealed record TailObservation(OpenLoopResult Result, int Seconds, IReadOnlyList<RuntimeFigures> Samples)
{
    private RuntimeFigures First => Samples[0];

    private RuntimeFigures Last => Samples[^1];

    private double Requests => Result.Latency.Count;

    public static async Task<TailObservation> RunAsync(SteadyServer server, int rate, int seconds, TimeSpan sampleEvery)
    {
        using var client = new HttpClient();
        using var loop = new OpenLoop(server.Address, [server.Request()], rate);
        loop.Run(1);
        List<RuntimeFigures> samples = [await RuntimeFigures.ReadAsync(client, server)];
        var load = Task.Factory.StartNew(
            () => loop.Run(seconds), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var timer = new PeriodicTimer(sampleEvery);
        while (!load.IsCompleted)
        {
            await timer.WaitForNextTickAsync();
            samples.Add(await RuntimeFigures.ReadAsync(client, server));
        }

        return new TailObservation(TailCommand.Checked(await load), seconds, samples);
    }

    public static IEnumerable<(string Name, IEnumerable<string> Values)> Rows(IReadOnlyList<TailObservation> all)
    {
        yield return Row(
            "p99 and p99.9, ms", "0.00", one => one.Result.Latency.Percentile(0.99) / 1000,
            one => one.Result.Latency.Percentile(0.999) / 1000);
        yield return Row(
            "CPU a request, µs", "0.0",
            one => (one.Last.ProcessorNanoseconds - one.First.ProcessorNanoseconds) / one.Requests / 1000);
        yield return Row("ready, without a core, µs a request", "0.0", one => one.OfThreads(thread => thread.Waited) / 1000);
        yield return Row(
            "context switches a request, voluntary and not", "0.00", one => one.OfThreads(thread => thread.Voluntary),
            one => one.OfThreads(thread => thread.Involuntary));
        yield return Row(
            "collections of generation 0, 1 and 2", "0", one => one.Last.Gen0 - one.First.Gen0, one => one.Last.Gen1 - one.First.Gen1,
            one => one.Last.Gen2 - one.First.Gen2);
        yield return Row(
            "paused for collections, ms a second", "0.0",
            one => (one.Last.PauseSeconds - one.First.PauseSeconds) * 1000 / one.Seconds);
        yield return Row(
            "thread-pool queue, mean and most", "0.0", one => one.Samples.Average(sample => sample.Queue),
            one => one.Samples.Max(sample => sample.Queue));
        yield return Row("thread-pool threads, most", "0", one => one.Samples.Max(sample => sample.Threads));
        yield return Row("lock contentions a second", "0.0", one => (one.Last.Contentions - one.First.Contentions) / one.Seconds);
        yield return Row("timers, most", "0", one => one.Samples.Max(sample => sample.Timers));

        (string, IEnumerable<string>) Row(string name, string format, params Func<TailObservation, double>[] figures) =>
            (name, all.Select(one =>
                string.Join(", ", figures.Select(figure => figure(one).ToString(format, CultureInfo.InvariantCulture)))));
    }

    /// <summary>
    /// What all threads have counted, over the requests. Added up from sample to sample, so that of a thread that ends only what it
    /// counted after its last sample is missing.
    /// </summary>
    private double OfThreads(Func<ThreadFigures, long> figure) => Samples.Zip(Samples.Skip(1)).Sum(pair => pair.Second.Scheduling.Sum(
        thread => figure(thread.Value) - figure(pair.First.Scheduling.GetValueOrDefault(thread.Key)))) / Requests;
}
