using Gateway.Redis;
using Gateway.Testing;

namespace Gateway.Tests.Redis;

/// <summary>A silent server is asked once a second, by one call.</summary>
public sealed class RedisBreakerTests
{
    private readonly ShiftedClock _clock = new();
    private readonly RedisBreaker _breaker;

    public RedisBreakerTests() => _breaker = new RedisBreaker(_clock);

    [Fact]
    public void Two_timeouts_stop_nothing()
    {
        TimeOut(2);

        _breaker.MayCall().ShouldBeTrue();
        _breaker.MayCall().ShouldBeTrue();
    }

    [Fact]
    public void Third_timeout_stops_all_calls_but_one_a_second()
    {
        TimeOut(3);
        _breaker.MayCall().ShouldBeFalse();

        _clock.Advance(TimeSpan.FromSeconds(1));

        _breaker.MayCall().ShouldBeTrue();
        _breaker.MayCall().ShouldBeFalse();
    }

    [Fact]
    public void Answer_ends_it_at_once()
    {
        TimeOut(30);

        _breaker.Answered();

        _breaker.MayCall().ShouldBeTrue();
        _breaker.MayCall().ShouldBeTrue();
    }

    private void TimeOut(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _breaker.TimedOut();
        }
    }
}
