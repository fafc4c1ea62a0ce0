using Gateway.Redis;
using Gateway.Testing;

namespace Gateway.Tests.Redis;

/// <summary>What an operator reads of an outage.</summary>
public sealed class RedisHealthTests : IDisposable
{
    private readonly LogCapture _logs = new();
    private readonly RedisHealth _health;

    public RedisHealthTests() => _health = new RedisHealth("redis:6379", new ShiftedClock(), _logs.CreateLogger("Redis"));

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Cause_that_comes_after_silence_is_named_too()
    {
        _health.Failed(RedisFault.Silent, isOfPrimary: true);
        _health.Failed(RedisFault.AuthenticationRequired, isOfPrimary: true);

        LinesOf(RedisFault.Silent).ShouldBe(1);
        LinesOf(RedisFault.AuthenticationRequired).ShouldBe(1);
    }

    [Fact]
    public void Outage_that_goes_from_one_fault_to_another_and_back_names_each_once()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            _health.Failed(RedisFault.Silent, isOfPrimary: true);
            _health.Failed(RedisFault.NotConnected, isOfPrimary: true);
        }

        _logs.Lines.Count.ShouldBe(2);
    }

    [Fact]
    public void Next_outage_is_named_again()
    {
        _health.Failed(RedisFault.Silent, isOfPrimary: true);
        _health.Answered(isOfPrimary: true);
        _health.Failed(RedisFault.Silent, isOfPrimary: true);

        LinesOf(RedisFault.Silent).ShouldBe(2);
        _logs.Lines.Count(line => line.Contains("responds again", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Outage_is_as_old_as_its_first_fault()
    {
        var clock = new ShiftedClock();
        var health = new RedisHealth("redis:6379", clock, _logs.CreateLogger("Redis"));
        health.Failed(RedisFault.Silent, isOfPrimary: true);
        clock.Advance(TimeSpan.FromSeconds(2));
        health.Failed(RedisFault.NotConnected, isOfPrimary: true);
        health.IsLost.ShouldBeFalse();

        clock.Advance(TimeSpan.FromSeconds(1));

        health.IsLost.ShouldBeTrue();
    }

    private int LinesOf(RedisFault fault) =>
        _logs.Lines.Count(line => line.Contains(RedisFaults.Of(fault).Message, StringComparison.Ordinal));
}
