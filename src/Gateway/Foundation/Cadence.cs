namespace Gateway.Foundation;

/// <summary>
/// Waits of loops that look at something every so often. They end at multiples of their period on one clock, so that loops with related
/// periods wake the process together: at rest, waking costs more than looking.
/// </summary>
internal static class Cadence
{
    /// <summary>Completes at the next multiple of the period, and also when the wait is cancelled: it never throws.</summary>
    public static async Task NextAsync(this TimeProvider time, TimeSpan period, CancellationToken cancellationToken) =>
        await Task.Delay(time.UntilNext(period), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>The time until the next multiple of the period; the whole period at a multiple.</summary>
    public static TimeSpan UntilNext(this TimeProvider time, TimeSpan period) =>
        period - new TimeSpan(time.GetElapsedTime(0).Ticks % period.Ticks);
}
