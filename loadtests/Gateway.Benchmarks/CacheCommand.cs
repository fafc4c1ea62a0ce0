using System.Globalization;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks;

/// <summary>
/// What a flood of tokens that come once does to the hits of those in use: the token cache beside a plain LRU, as a Markdown table.
/// </summary>
internal static class CacheCommand
{
    private const int Tokens = 20_000;
    private const int Entries = 8_192;

    // So that the table is the same each time but for the cache's own secret seed.
    private const int Seed = 2026;

    public static int Run()
    {
        var drill = new CacheFloodDrill(Tokens, Entries, RotationCommand.Setting("REQUESTS", 2_000_000));
        Console.WriteLine("| Tokens that come once | Plain LRU | Gateway's cache | Best possible |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (var onceShare in (double[])[0, 0.5, 0.9])
        {
            var rates = drill.Run(onceShare, Seed);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {onceShare * 100:0} % of requests | {rates.Lru * 100:0.0} % | {rates.Cache * 100:0.0} % | {rates.Best * 100:0.0} % |"));
        }

        return 0;
    }
}
