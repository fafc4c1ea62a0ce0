using Gateway.Host;
using Gateway.Pipeline.Proxy;
using Gateway.Testing;

namespace Gateway.Tests.Host;

/// <summary>When a load counts as over.</summary>
public sealed class LoadReleaseTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly ManualClock _clock = new();
    private readonly LoadRelease _release;
    private int _open;

    public LoadReleaseTests() => _release = new LoadRelease(_clock);

    [Fact]
    public void Load_is_over_once_when_half_of_the_connections_have_been_gone_for_a_while()
    {
        LooksUntilDue(2000, LoadRelease.Patience * 3).ShouldBeNull();

        LooksUntilDue(32, LoadRelease.Patience * 2).ShouldBe(LoadRelease.Patience);
        LooksUntilDue(32, LoadRelease.Patience * 3).ShouldBeNull();
    }

    [Fact]
    public void Unused_connections_to_destinations_are_closed_before_their_memory_is_collected()
    {
        using var handler = new SocketsHttpHandler();
        DestinationConnections.Configure(handler);

        // The pool looks four times in the timeout.
        (handler.PooledConnectionIdleTimeout * 1.25).ShouldBeLessThan(LoadRelease.Patience);
    }

    [Fact]
    public void Second_load_counts_again()
    {
        LooksUntilDue(2000, Look);
        LooksUntilDue(32, LoadRelease.Patience * 2).ShouldNotBeNull();
        LooksUntilDue(1000, Look).ShouldBeNull();

        LooksUntilDue(32, LoadRelease.LeastInterval).ShouldNotBeNull();
    }

    [Fact]
    public void Loads_in_quick_succession_are_released_at_intervals()
    {
        var collections = 0;
        for (var minute = 0; minute < 60; minute++)
        {
            LooksUntilDue(2000, Look);
            collections += LooksUntilDue(32, TimeSpan.FromMinutes(1)) is null ? 0 : 1;
        }

        collections.ShouldBeInRange(2, 13);
    }

    [Fact]
    public void Load_that_falls_and_returns_is_not_over()
    {
        for (var i = 0; i < 20; i++)
        {
            LooksUntilDue(2000, Look).ShouldBeNull();
            LooksUntilDue(32, LoadRelease.Patience - Look).ShouldBeNull();
        }
    }

    [Fact]
    public void Peak_between_two_looks_counts()
    {
        LooksUntilDue(32, Look);
        LooksUntilDue(2000, TimeSpan.Zero);

        LooksUntilDue(32, LoadRelease.Patience * 2).ShouldBe(LoadRelease.Patience);
    }

    [Theory]
    [InlineData(LoadRelease.LeastFall - 1, 0)]
    [InlineData(2000, 1001)]
    [InlineData(500, 245)]
    [InlineData(0, 0)]
    public void Small_fall_is_not_worth_a_collection(int before, int after)
    {
        LooksUntilDue(before, Look);

        LooksUntilDue(after, LoadRelease.Patience * 3).ShouldBeNull();
    }

    /// <summary>So many connections are open from now on. How long it took until the load was over, of the time that was given.</summary>
    private TimeSpan? LooksUntilDue(int open, TimeSpan within)
    {
        for (; _open != open; _open += Math.Sign(open - _open))
        {
            _release.Add(Math.Sign(open - _open));
        }

        for (var passed = TimeSpan.Zero; passed < within; passed += Look)
        {
            if (_release.IsDue())
            {
                return passed;
            }

            _clock.Pass(Look);
        }

        return null;
    }
}
