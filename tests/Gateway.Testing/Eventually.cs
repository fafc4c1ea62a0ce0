namespace Gateway.Testing;

/// <summary>Waits for something that becomes true by itself, with a deadline.</summary>
internal static class Eventually
{
    /// <summary>Far beyond what any test takes, so that only a fault reaches it, even where other work takes all processors.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public static Task TrueAsync(Func<Task<bool>> condition, string what) => TrueAsync(condition, () => what);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    /// <summary>Nothing is left of what the look finds; what is left in the end is named.</summary>
    public static Task EmptyAsync(Func<string[]> look, string what)
    {
        string[] left = [];
        return TrueAsync(() => Task.FromResult((left = look()).Length == 0), () => $"{what}; left: {string.Join(", ", left)}");
    }

    /// <param name="what">Asked at the deadline, so that it can tell the last state.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using var timer = new PeriodicTimer(Step);
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline)
            {
                throw new TimeoutException($"Not within {Deadline.TotalSeconds} s: {what()}.");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
