using Gateway.Authentication.SenderConstraint;
using Gateway.Testing;

namespace Gateway.Tests.Authentication.SenderConstraint;

public sealed class UsedProofsTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ManualClock _clock = new();

    private double Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void Proof_is_used_once_as_long_as_it_can_be_accepted()
    {
        var used = new UsedProofs(_clock);
        var issued = Now + 60;

        used.TryAdd(1, issued, Lifetime).ShouldBeTrue();
        for (var second = 0; second < 120; second += 5)
        {
            used.Contains(1, issued).ShouldBeTrue();
            used.TryAdd(1, issued, Lifetime).ShouldBeFalse();
            _clock.Advance(TimeSpan.FromSeconds(5));
        }
    }

    [Fact]
    public void Expired_proofs_make_room_and_stay_used()
    {
        var used = new UsedProofs(_clock);
        var issued = Now;
        used.TryAdd(1, issued, Lifetime).ShouldBeTrue();

        _clock.Advance(TimeSpan.FromMinutes(3));
        used.TryAdd(2, Now, Lifetime).ShouldBeTrue();

        used.Count.ShouldBe(1);
        used.TryAdd(1, issued, TimeSpan.FromMinutes(5)).ShouldBeFalse("a longer lifetime does not bring it back");
    }

    [Fact]
    public void Full_memory_closes_its_oldest_second_and_never_forgets_a_proof_that_could_pass()
    {
        var used = new UsedProofs(_clock, capacity: 10);
        var first = Now;
        for (var i = 0; i < 10; i++)
        {
            used.TryAdd((UInt128)i, first + (i / 5), Lifetime).ShouldBeTrue();
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        used.TryAdd(100, Now, Lifetime).ShouldBeTrue();

        used.Count.ShouldBe(6);
        for (var i = 0; i < 10; i++)
        {
            used.TryAdd((UInt128)i, first + (i / 5), Lifetime).ShouldBeFalse();
        }

        used.TryAdd(50, first, Lifetime).ShouldBeFalse("a proof of a closed second may have been used");
        used.TryAdd(51, first + 1, Lifetime).ShouldBeTrue();
    }

    [Fact]
    public void Memory_that_is_full_of_this_second_takes_no_more_and_is_bounded()
    {
        var used = new UsedProofs(_clock, capacity: 10);
        var taken = Enumerable.Range(0, 1000).Count(i => used.TryAdd((UInt128)i, Now, Lifetime));

        taken.ShouldBe(10);
        used.Count.ShouldBe(10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        used.TryAdd(5000, Now, Lifetime).ShouldBeTrue();
    }

    [Fact]
    public void Proofs_of_the_future_leave_room_for_those_of_now()
    {
        var used = new UsedProofs(_clock, capacity: 10);
        var taken = Enumerable.Range(0, 1000).Count(i => used.TryAdd((UInt128)i, Now + 1 + (i % 50), Lifetime));
        taken.ShouldBe(5);

        for (var second = 0; second < 60; second++)
        {
            used.TryAdd((UInt128)(5000 + second), Now, Lifetime).ShouldBeTrue();
            used.Count.ShouldBeLessThanOrEqualTo(10);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void Clock_that_is_set_back_locks_no_client_out()
    {
        var used = new UsedProofs(_clock);
        used.TryAdd(1, Now, Lifetime).ShouldBeTrue();
        _clock.Advance(TimeSpan.FromHours(1));
        used.TryAdd(2, Now, Lifetime).ShouldBeTrue();

        _clock.Advance(TimeSpan.FromMinutes(-30));

        used.TryAdd(3, Now, Lifetime).ShouldBeTrue();
    }
}
