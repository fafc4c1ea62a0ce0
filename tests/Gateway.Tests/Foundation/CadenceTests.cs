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
    public void Wait_is_at_most_its_period_and_ends_at_a_multiple() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (start, milliseconds) =>
        {
            var time = new FakeTimeProvider();
            time.Advance(TimeSpan.FromTicks(start.Get));
            var period = TimeSpan.FromMilliseconds(milliseconds.Get);
            var wait = time.UntilNext(period);
            return wait > TimeSpan.Zero && wait <= period && (time.GetElapsedTime(0) + wait).Ticks % period.Ticks == 0;
        }));

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
