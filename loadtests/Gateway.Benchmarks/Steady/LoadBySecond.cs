using System.Diagnostics;
using System.Net.Sockets;

namespace Gateway.Benchmarks.Steady;

/// <summary>So many connections, each of which sends its next request when the last one was answered.</summary>
/// <param name="PerSecond">Responses with 200 in each second.</param>
/// <param name="Failed">Other responses, and connections that broke.</param>
internal sealed record LoadBySecond(IReadOnlyList<int> PerSecond, int Failed)
{
    private const int BufferSize = 4 * 1024;

    /// <summary>The median second.</summary>
    public double Rate => MedianFrom(0);

    /// <summary>The median of the seconds from this one on.</summary>
    public double MedianFrom(int second)
    {
        int[] sorted = [.. PerSecond.Skip(second).Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }

    /// <summary>The first second, counted from 1, that reaches the rate; null for none.</summary>
    public int? FirstWith(double rate) => PerSecond.Select((count, index) => (count, index)).Where(second => second.count >= rate)
        .Select(second => (int?)second.index + 1).FirstOrDefault();

    public static async Task<LoadBySecond> RunAsync(Uri address, byte[] request, int connections, int seconds)
    {
        using var stop = new CancellationTokenSource();
        var (counts, failed) = (new int[seconds], 0);
        var start = Stopwatch.GetTimestamp();
        var clients = Enumerable.Range(0, connections).Select(_ => Task.Run(RunOneAsync)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        return new LoadBySecond(counts, failed);

        async Task RunOneAsync()
        {
            var buffer = new byte[BufferSize];
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var connection = await RawConnection.OpenAsync(address, buffer, stop.Token);
                    while (!stop.IsCancellationRequested)
                    {
                        Count(await connection.SendAsync(request, stop.Token) == 200);
                    }
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (Exception fault) when (fault is SocketException or IOException)
                {
                    Count(isGood: false);
                }
            }
        }

        void Count(bool isGood)
        {
            if (!isGood)
            {
                Interlocked.Increment(ref failed);
            }
            else if ((int)Stopwatch.GetElapsedTime(start).TotalSeconds is var second && second < seconds)
            {
                Interlocked.Increment(ref counts[second]);
            }
        }
    }
}
