namespace Gateway.Benchmarks.Steady;

/// <summary>What does a gateway keep after a load, over a long time, and at rest; and how slow are its slowest requests?</summary>
internal static class SteadyCommand
{
    public static Task<int> RunAsync(string drill) => drill switch
    {
        "overload" => OverloadCommand.RunAsync(),
        "soak" => SoakCommand.RunAsync(),
        "tail" => TailCommand.RunAsync(),
        _ => RestCommand.RunAsync(),
    };
}
