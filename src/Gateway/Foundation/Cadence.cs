namespace Gateway.Foundation;

/// <summary>
/// Waits of loops that look at something every so often. They end just after multiples of their period on one clock, so that loops with
/// related periods wake the process together: at rest, waking costs more than looking.
/// </summary>
internal static class Cadence
{
    // .NET's timers count whole milliseconds, and may fire some milliseconds early. A wait that ended before its multiple must not be
    // followed by one of a few milliseconds until the same multiple.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(5);

    /// <summary>Completes after the next multiple of the period, and also when the wait is cancelled: it never throws.</summary>
    public static async Task NextAsync(this TimeProvider time, TimeSpan period, CancellationToken cancellationToken) =>
        await Task.Delay(time.UntilNext(period), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// The time until the next multiple of the period, in whole milliseconds; until the one after it if less than 5 ms, or a quarter of the
    /// period, are left.
    /// </summary>
    public static TimeSpan UntilNext(this TimeProvider time, TimeSpan period)
    {
        var left = period - new TimeSpan(time.GetElapsedTime(0).Ticks % period.Ticks);
        var least = period / 4 < Early ? period / 4 : Early;
        return TimeSpan.FromMilliseconds(Math.Ceiling((left < least ? left + period : left).TotalMilliseconds));
    }
}
