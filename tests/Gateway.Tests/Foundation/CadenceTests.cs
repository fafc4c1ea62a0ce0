using FsCheck;
using FsCheck.Fluent;
using Gateway.Foundation;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Foundation;

/// <summary>Loops with related periods wake at the same moments.</summary>
public sealed class CadenceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Wait_is_of_whole_milliseconds_and_ends_within_one_after_a_multiple() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (start, milliseconds) =>
        {
            var time = new FakeTimeProvider();
            time.Advance(TimeSpan.FromTicks(start.Get));
            var period = TimeSpan.FromMilliseconds(milliseconds.Get);
            var wait = time.UntilNext(period);
            var after = new TimeSpan((time.GetElapsedTime(0) + wait).Ticks % period.Ticks);
            return wait > TimeSpan.Zero && wait <= (period * 1.25) + TimeSpan.FromMilliseconds(1)
                && wait.Ticks % TimeSpan.TicksPerMillisecond == 0 && after < TimeSpan.FromMilliseconds(1);
        }));

    [Theory]
    [InlineData(999.7, 1000.3)]
    [InlineData(996, 1004)]
    [InlineData(994, 6)]
    [InlineData(0, 1000)]
    public void Timer_that_fires_early_is_not_followed_by_a_wait_for_the_same_multiple(double now, double atLeast)
    {
        _time.Advance(_time.UntilNext(TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromMilliseconds(now));

        _time.UntilNext(TimeSpan.FromSeconds(1)).TotalMilliseconds.ShouldBeInRange(atLeast, atLeast + 1);
    }

    [Fact]
    public async Task Loops_that_began_at_different_times_wake_together()
    {
        _time.Advance(TimeSpan.FromMilliseconds(300));
        var seconds = _time.NextAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(450));
        var twoSeconds = _time.NextAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        var later = _time.NextAsync(TimeSpan.FromSeconds(1), CancellationToken.None);

        _time.Advance(_time.UntilNext(TimeSpan.FromSeconds(1)));

        await seconds;
        await later;
        _time.Advance(_time.UntilNext(TimeSpan.FromSeconds(2)));
        await twoSeconds;
    }

    [Fact]
    public async Task Cancelled_wait_ends_without_an_exception()
    {
        using var stop = new CancellationTokenSource();
        var wait = _time.NextAsync(TimeSpan.FromHours(1), stop.Token);

        await stop.CancelAsync();

        await wait;
    }
}
