using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Issuers;

public sealed class KeyFollowerTests : IDisposable
{
    private static readonly KeyRing Ring = Shop.RingOf(TestKeys.Rsa.ToJwk());

    private readonly KeyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Keys_are_refreshed_every_five_minutes_less_up_to_a_tenth()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        using var follower = await _bench.FollowAsync();

        for (var i = 0; i < 5; i++)
        {
            (await _bench.Clock.FireNextAsync()).ShouldBeInRange(TimeSpan.FromSeconds(270), TimeSpan.FromSeconds(300));
        }
    }

    [Fact]
    public async Task Lifetime_that_the_source_names_replaces_the_five_minutes()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring) with { RefreshIn = TimeSpan.FromHours(1) });
        using var follower = await _bench.FollowAsync();

        (await _bench.Clock.FireNextAsync()).ShouldBeInRange(TimeSpan.FromMinutes(54), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Failures_with_keys_back_off_from_a_second_to_a_minute_and_start_over_after_a_success()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        using var follower = await _bench.FollowAsync();
        await _bench.Clock.FireNextAsync();
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));

        // The load under way may still have been a good one.
        var waits = new List<double>();
        while (waits.Count < 9)
        {
            var wait = (await _bench.Clock.FireNextAsync()).TotalSeconds;
            if (wait < 200)
            {
                waits.Add(wait);
            }
        }

        double[] steps = [1, 2, 4, 8, 16, 32, 60, 60, 60];
        foreach (var (wait, step) in waits.Zip(steps))
        {
            wait.ShouldBeInRange(step * 0.9, step);
        }

        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        double next;
        do
        {
            next = (await _bench.Clock.FireNextAsync()).TotalSeconds;
        }
        while (next < 200);
        next.ShouldBeInRange(270, 300);
    }

    [Fact]
    public async Task Without_any_keys_every_second_is_tried_at_first()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("not up yet"));
        using var follower = await _bench.FollowAsync();

        for (var i = 0; i < 30; i++)
        {
            (await _bench.Clock.FireNextAsync()).ShouldBe(TimeSpan.FromSeconds(1));
        }

        (await _bench.Clock.FireNextAsync()).ShouldBeInRange(TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Keys_stay_in_use_until_they_are_too_old_and_no_longer()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        using var follower = await _bench.FollowAsync();
        await _bench.Clock.FireNextAsync();
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));

        while (!_bench.Keys.Current.IsEmpty)
        {
            await _bench.Clock.FireNextAsync();
        }

        var age = _bench.Clock.GetUtcNow() - _bench.Keys.State.LoadedAt!.Value;
        age.ShouldBeInRange(TimeSpan.FromHours(24), TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        _bench.Logs.Lines.Count(line => line.Contains("cannot load keys", StringComparison.Ordinal)).ShouldBe(1);
        _bench.Logs.Lines.Count(line => line.Contains("no longer used", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Keys_are_confirmed_well_before_they_are_too_old()
    {
        using var bench = new KeyBench { MaxStale = TimeSpan.FromMinutes(1) };
        bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        using var follower = await bench.FollowAsync();

        (await bench.Clock.FireNextAsync()).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Keys_that_were_too_old_are_back_when_the_source_says_that_nothing_changed()
    {
        (await Load(KeyLoad.Of(Ring))).ShouldBeTrue();
        _bench.Keys.Expire();

        (await Load(KeyLoad.Unchanged)).ShouldBeTrue();

        _bench.Keys.Current.Keys.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Failed_load_keeps_the_ring_and_says_so_once()
    {
        await Load(KeyLoad.Of(Ring));
        await Load(KeyLoad.Failed("it responded with status 500"));
        await Load(KeyLoad.Failed("it responded with status 500"));

        _bench.Keys.Current.ShouldBeSameAs(Ring);
        _bench.Keys.State.Error.ShouldBe("it responded with status 500");
        _bench.Logs.Lines.Where(line => line.Contains("cannot load keys", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldContain("The keys loaded before stay in use.");
    }

    [Fact]
    public async Task Failed_first_load_logs_that_there_are_no_keys_yet()
    {
        await Load(KeyLoad.Failed("it responded with status 404"));

        _bench.Logs.Lines.Where(line => line.Contains("cannot load keys", StringComparison.Ordinal))
            .ShouldHaveSingleItem().ShouldContain("No keys have been loaded yet; without keys its tokens get 503.");
    }

    [Fact]
    public async Task Source_that_throws_is_a_failed_load()
    {
        await Load(KeyLoad.Of(Ring));
        _bench.Source.Answer = () => throw new InvalidOperationException("a bug");

        (await _bench.Loader.LoadAsync(_bench.Keys)).ShouldBeFalse();

        _bench.Keys.Current.ShouldBeSameAs(Ring);
    }

    [Fact]
    public async Task Forgotten_key_stays_forgotten_when_the_issuer_goes_on_publishing_it()
    {
        var both = Shop.RingOf(TestKeys.Rsa.ToJwk(), TestKeys.P256.ToJwk());
        await Load(KeyLoad.Of(both));

        await _bench.Forgotten.ForgetAsync(_bench.Keys, TestKeys.Rsa.KeyId, CancellationToken.None);
        _bench.Keys.Current.Keys.Select(key => key.KeyId).ShouldBe([TestKeys.P256.KeyId]);
        await Load(KeyLoad.Of(both));

        _bench.Keys.Current.Keys.Select(key => key.KeyId).ShouldBe([TestKeys.P256.KeyId]);
    }

    private Task<bool> Load(KeyLoad answer)
    {
        _bench.Source.Answer = () => Task.FromResult(answer);
        return _bench.Loader.LoadAsync(_bench.Keys);
    }
}
