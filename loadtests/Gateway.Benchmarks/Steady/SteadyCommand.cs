namespace Gateway.Benchmarks.Steady;

/// <summary>
/// Measures what a gateway keeps after a load, over a long time and at rest, its start, and the latency of its slowest requests.
/// </summary>
internal static class SteadyCommand
{
    public static Task<int> RunAsync(string drill) => drill switch
    {
        "overload" => OverloadCommand.RunAsync(),
        "soak" => SoakCommand.RunAsync(),
        "start" => StartCommand.RunAsync(),
        "tail" => TailCommand.RunAsync(),
        _ => RestCommand.RunAsync(),
    };
}
