using System.Threading.RateLimiting;

namespace Gateway.RouteFeatures.Limits;

/// <summary>
/// The fixed window of System.Threading.RateLimiting, which also tells when its window ends. The library tells that neither to requests
/// that pass nor exactly to those that it rejects.
/// </summary>
internal sealed class TimedWindowLimiter(int permits, TimeSpan window, int queue, TimeProvider time) : ReplenishingRateLimiter
{
    private readonly FixedWindowRateLimiter _window =
        new(new FixedWindowRateLimiterOptions { PermitLimit = permits, Window = window, QueueLimit = queue, AutoReplenishment = false });

    private long _start = time.GetTimestamp();

    public override TimeSpan? IdleDuration => _window.IdleDuration;

    public override bool IsAutoReplenishing => false;

    public override TimeSpan ReplenishmentPeriod => window;

    public override RateLimiterStatistics? GetStatistics()
    {
        var left = window - Elapsed;
        return new WindowStatistics(left > TimeSpan.Zero ? left : TimeSpan.Zero)
        {
            CurrentAvailablePermits = _window.GetStatistics()?.CurrentAvailablePermits ?? 0,
        };
    }

    /// <summary>Called several times a second; the inner window decides itself whether it has ended, a moment earlier or later.</summary>
    public override bool TryReplenish()
    {
        if (Elapsed >= window)
        {
            Volatile.Write(ref _start, time.GetTimestamp());
        }

        return _window.TryReplenish();
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => _window.AttemptAcquire(permitCount);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        _window.AcquireAsync(permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _window.Dispose();
        }

        base.Dispose(disposing);
    }

    private TimeSpan Elapsed => time.GetElapsedTime(Volatile.Read(ref _start));
}

/// <summary>What a <see cref="TimedWindowLimiter"/> has counted.</summary>
/// <param name="reset">The time until the window ends.</param>
internal sealed class WindowStatistics(TimeSpan reset) : RateLimiterStatistics
{
    public TimeSpan Reset => reset;
}
