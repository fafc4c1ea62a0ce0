using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Revocation;

/// <summary>What is forgotten stays so, hence a clock must be right for an hour before it counts.</summary>
public sealed class ForgettingClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ShiftedClock _time = new();
    private readonly ForgettingClock _clock;

    public ForgettingClockTests() => _clock = new ForgettingClock(_time);

    [Fact]
    public void Time_that_passes_counts() => PassesWith(() => _time.Advance(TimeSpan.FromDays(3)), TimeSpan.FromDays(3));

    [Fact]
    public void Jump_ahead_and_back_counts_for_nothing()
    {
        PassesWith(() => _time.Jump(TimeSpan.FromDays(1)), TimeSpan.Zero);
        PassesWith(() => _time.Advance(TimeSpan.FromMinutes(59)), TimeSpan.FromMinutes(59));
        PassesWith(() => _time.Jump(TimeSpan.FromDays(-1)), TimeSpan.Zero);
        PassesWith(() => _time.Advance(TimeSpan.FromHours(2)), TimeSpan.FromHours(2));
    }

    [Fact]
    public void Clock_that_stays_ahead_for_an_hour_is_right()
    {
        PassesWith(() => _time.Jump(TimeSpan.FromDays(1)), TimeSpan.Zero);

        PassesWith(() => _time.Advance(TimeSpan.FromMinutes(61)), TimeSpan.FromDays(1) + TimeSpan.FromMinutes(61));
    }

    [Fact]
    public void Second_jump_is_not_believed_with_the_first()
    {
        PassesWith(() => _time.Jump(TimeSpan.FromHours(2)), TimeSpan.Zero);
        PassesWith(() => _time.Advance(TimeSpan.FromMinutes(59)), TimeSpan.FromMinutes(59));
        PassesWith(() => _time.Jump(TimeSpan.FromDays(9)), TimeSpan.Zero);

        PassesWith(() => _time.Advance(TimeSpan.FromMinutes(2)), TimeSpan.FromHours(2) + TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Clock_that_goes_back_is_believed_at_once() => PassesWith(() => _time.Jump(TimeSpan.FromDays(-1)), TimeSpan.FromDays(-1));

    private void PassesWith(Action change, TimeSpan expected)
    {
        var before = _clock.Now;
        change();
        (_clock.Now - before).ShouldBe(expected, Second);
    }
}
