using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Issuers;

/// <summary>Limits of what an unknown key id costs the provider and the request.</summary>
public sealed class KeySearchTests : IDisposable
{
    private static readonly KeyRing Ring = Shop.RingOf(TestKeys.Rsa.ToJwk());
    private static readonly KeyRing NextRing = Shop.RingOf(TestKeys.P256.ToJwk());
    private static readonly AlgorithmTraits Rs256 = SignatureAlgorithms.Of(SignatureAlgorithm.RS256);

    private readonly KeyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Key_that_was_published_since_is_found_by_one_load()
    {
        await LoadRingAsync();
        Publish(NextRing);

        (await FindNextAsync()).ShouldBe("found");

        Loads.ShouldBe(2);
    }

    [Fact]
    public async Task Unknown_key_is_looked_for_once_and_rejected()
    {
        await LoadRingAsync();

        (await FindAsync()).ShouldBe("UnknownKey");

        Loads.ShouldBe(2);
    }

    [Fact]
    public async Task Three_searches_may_follow_at_once_and_one_more_each_ten_seconds()
    {
        await LoadRingAsync();

        for (var i = 0; i < 20; i++)
        {
            (await FindAsync()).ShouldBe("UnknownKey");
        }

        Loads.ShouldBe(1 + 3);
        for (var i = 1; i <= 6; i++)
        {
            _bench.Clock.Pass(TimeSpan.FromSeconds(10));
            (await FindAsync()).ShouldBe("UnknownKey");
            (await FindAsync()).ShouldBe("UnknownKey");
            Loads.ShouldBe(1 + 3 + i);
        }

        _bench.Clock.Pass(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 20; i++)
        {
            (await FindAsync()).ShouldBe("UnknownKey");
        }

        Loads.ShouldBe(1 + 3 + 6 + 3);
    }

    [Fact]
    public async Task Two_rotations_in_a_row_and_an_invented_key_before_them_reject_no_valid_token()
    {
        await LoadRingAsync();
        (await FindAsync("invented")).ShouldBe("UnknownKey");

        Publish(NextRing);
        (await FindNextAsync()).ShouldBe("found");
        Publish(Ring);
        (await FindAsync(TestKeys.Rsa.KeyId)).ShouldBe("found");
    }

    [Fact]
    public async Task Request_waits_for_a_search_that_is_due_within_two_seconds()
    {
        await LoadRingAsync();
        await SpendBurstAsync();
        _bench.Clock.Pass(TimeSpan.FromSeconds(8));
        Publish(NextRing);

        var waiting = FindNextAsync();

        _bench.Clock.Advance(KeyLoads.LongestUntilDue);
        (await waiting).ShouldBe("found");
        Loads.ShouldBe(1 + 3 + 1);
    }

    [Fact]
    public async Task Request_is_rejected_at_once_while_the_next_search_is_due_later_than_that()
    {
        await LoadRingAsync();
        await SpendBurstAsync();
        _bench.Clock.Pass(TimeSpan.FromSeconds(7.9));
        Publish(NextRing);

        (await FindNextAsync()).ShouldBe("UnknownKey");

        Loads.ShouldBe(1 + 3);
    }

    [Fact]
    public async Task Requests_that_wait_for_the_same_search_cost_one_load()
    {
        await LoadRingAsync();
        await SpendBurstAsync();
        _bench.Clock.Pass(TimeSpan.FromSeconds(9));
        Publish(NextRing);

        var waiting = Enumerable.Range(0, 50).Select(_ => FindNextAsync()).ToArray();
        _bench.Clock.Advance(TimeSpan.FromSeconds(1));

        (await Task.WhenAll(waiting)).ShouldAllBe(answer => answer == "found");
        Loads.ShouldBe(1 + 3 + 1);
    }

    [Fact]
    public async Task First_load_of_all_does_not_count_as_a_search()
    {
        Publish(Ring);
        (await FindAsync(TestKeys.Rsa.KeyId)).ShouldBe("found");

        await SpendBurstAsync();

        Loads.ShouldBe(1 + 3);
    }

    [Fact]
    public async Task Key_that_is_in_the_ring_by_now_is_found_without_a_load()
    {
        await LoadRingAsync();

        (await FindAsync(TestKeys.Rsa.KeyId)).ShouldBe("found");

        Loads.ShouldBe(1);
    }

    [Fact]
    public async Task Requests_that_come_while_the_keys_load_wait_for_that_one_load()
    {
        await LoadRingAsync();
        var answer = HoldLoads();

        var waiting = Enumerable.Range(0, 500).Select(_ => FindNextAsync()).ToArray();
        answer.SetResult(KeyLoad.Of(NextRing));

        (await Task.WhenAll(waiting)).ShouldAllBe(result => result == "found");
        Loads.ShouldBe(2);
    }

    [Fact]
    public async Task Load_that_began_before_the_token_came_does_not_reject_it()
    {
        await LoadRingAsync();
        var answer = HoldLoads();
        var old = _bench.Loader.LoadAsync(_bench.Keys);
        await Eventually.TrueAsync(() => Loads == 2, "the load has begun");

        var waiting = FindNextAsync();
        Publish(NextRing);
        answer.SetResult(KeyLoad.Of(Ring));

        (await waiting).ShouldBe("found");
        (await old).ShouldBeTrue();
        Loads.ShouldBe(3);
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_rejected_as_unknown_and_cause_no_error_of_the_server()
    {
        await LoadRingAsync();
        var answer = HoldLoads();

        var waiting = Enumerable.Range(0, 1000).Select(_ => FindNextAsync()).ToArray();
        (await FindNextAsync()).ShouldBe("UnknownKey");

        answer.SetResult(KeyLoad.Of(NextRing));
        (await Task.WhenAll(waiting)).ShouldAllBe(result => result == "found");
    }

    [Fact]
    public async Task Waiting_ends_after_five_seconds_when_the_provider_does_not()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => new TaskCompletionSource<KeyLoad>().Task;

        var waiting = FindAsync();

        (await _bench.Clock.FireNextAsync()).ShouldBe(TimeSpan.FromSeconds(5));
        (await waiting).ShouldBe("KeysUnavailable");
    }

    [Fact]
    public async Task While_the_provider_fails_it_is_unknown_whether_the_key_exists_and_it_is_asked_no_more_often()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));

        for (var i = 0; i < 20; i++)
        {
            (await FindAsync()).ShouldBe("KeysUnavailable");
        }

        Loads.ShouldBe(1 + 3);
    }

    [Fact]
    public async Task Without_any_key_no_request_waits_for_a_provider_that_has_failed()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));
        await _bench.Loader.LoadAsync(_bench.Keys);

        (await FindAsync()).ShouldBe("KeysUnavailable");

        Loads.ShouldBe(1);
    }

    [Fact]
    public async Task Cancelled_request_stops_waiting()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => new TaskCompletionSource<KeyLoad>().Task;
        using var gone = new CancellationTokenSource();

        var waiting = _bench.Search.FindAsync(_bench.Keys, new WantedKey("unknown", Rs256), gone.Token).AsTask();
        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        _bench.Keys.Loads.Waiters.ShouldBe(0);
    }

    private int Loads => _bench.Source.Asked.Count;

    private void Publish(KeyRing ring) => _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(ring));

    private TaskCompletionSource<KeyLoad> HoldLoads()
    {
        var answer = new TaskCompletionSource<KeyLoad>(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Source.Answer = () => answer.Task;
        return answer;
    }

    private Task<bool> LoadRingAsync()
    {
        Publish(Ring);
        return _bench.Loader.LoadAsync(_bench.Keys);
    }

    private async Task SpendBurstAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            (await FindAsync()).ShouldBe("UnknownKey");
        }
    }

    private Task<string> FindNextAsync() => FindAsync(TestKeys.P256.KeyId, SignatureAlgorithms.Of(SignatureAlgorithm.ES256));

    private async Task<string> FindAsync(string keyId = "unknown", AlgorithmTraits? algorithm = null) =>
        (await _bench.Search.FindAsync(_bench.Keys, new WantedKey(keyId, algorithm ?? Rs256), CancellationToken.None))?.ToString()
            ?? "found";
}
