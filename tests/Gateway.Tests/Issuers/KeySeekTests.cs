using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Issuers;

/// <summary>What a key id that nobody knows may cost the provider and the request.</summary>
public sealed class KeySeekTests : IDisposable
{
    private static readonly KeyRing Ring = Shop.RingOf(TestKeys.Rsa.ToJwk());

    private readonly KeyBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task First_request_with_an_unknown_key_loads_the_keys_and_is_told_to_look_again()
    {
        await LoadRingAsync();

        (await SeekAsync()).ShouldBe("Loaded");

        _bench.Source.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Requests_start_one_load_in_thirty_seconds_however_many_key_ids_they_bring()
    {
        await LoadRingAsync();
        (await SeekAsync()).ShouldBe("Loaded");

        for (var i = 0; i < 1000; i++)
        {
            (await SeekAsync()).ShouldBe("Unknown");
            _bench.Clock.Pass(TimeSpan.FromMilliseconds(29));
        }

        _bench.Source.Asked.Count.ShouldBe(2);
        _bench.Clock.Pass(TimeSpan.FromSeconds(1));
        (await SeekAsync()).ShouldBe("Loaded");
        _bench.Source.Asked.Count.ShouldBe(3);
    }

    [Fact]
    public async Task First_load_of_all_does_not_count_as_a_search()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        (await SeekAsync()).ShouldBe("Loaded");

        (await SeekAsync()).ShouldBe("Loaded");
        (await SeekAsync()).ShouldBe("Unknown");

        _bench.Source.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Keys_that_came_since_the_look_are_the_answer_and_cost_no_search()
    {
        await LoadRingAsync();

        (await _bench.Refresher.SeekAsync(_bench.Keys, KeyRing.Empty, CancellationToken.None)).ToString().ShouldBe("Loaded");

        _bench.Source.Asked.Count.ShouldBe(1);
        (await SeekAsync()).ShouldBe("Loaded");
        _bench.Source.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Requests_that_come_while_the_keys_load_wait_for_that_one_load()
    {
        await LoadRingAsync();
        var answer = new TaskCompletionSource<KeyLoad>(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Source.Answer = () => answer.Task;

        var waiting = Enumerable.Range(0, 500).Select(_ => SeekAsync()).ToArray();
        answer.SetResult(KeyLoad.Of(Ring));

        (await Task.WhenAll(waiting)).ShouldAllBe(result => result == "Loaded");
        _bench.Source.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Only_so_many_requests_wait_and_the_rest_is_told_at_once_that_nobody_knows()
    {
        await LoadRingAsync();
        var answer = new TaskCompletionSource<KeyLoad>(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Source.Answer = () => answer.Task;

        var waiting = Enumerable.Range(0, 1000).Select(_ => SeekAsync()).ToArray();
        (await SeekAsync()).ShouldBe("Unavailable");

        answer.SetResult(KeyLoad.Of(Ring));
        (await Task.WhenAll(waiting)).ShouldAllBe(result => result == "Loaded");
    }

    [Fact]
    public async Task Waiting_ends_after_five_seconds_when_the_provider_does_not()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => new TaskCompletionSource<KeyLoad>().Task;

        var waiting = SeekAsync();

        (await _bench.Clock.FireNextAsync()).ShouldBe(TimeSpan.FromSeconds(5));
        (await waiting).ShouldBe("Unavailable");
    }

    [Fact]
    public async Task While_the_provider_fails_nobody_knows_whether_the_key_exists()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));

        (await SeekAsync()).ShouldBe("Unavailable");
        (await SeekAsync()).ShouldBe("Unavailable");

        _bench.Source.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Without_any_key_nobody_waits_for_a_provider_that_has_failed()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Failed("down"));
        await _bench.Refresher.LoadAsync(_bench.Keys);

        (await SeekAsync()).ShouldBe("Unavailable");

        _bench.Source.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Request_that_goes_away_stops_waiting()
    {
        await LoadRingAsync();
        _bench.Source.Answer = () => new TaskCompletionSource<KeyLoad>().Task;
        using var gone = new CancellationTokenSource();

        var waiting = _bench.Refresher.SeekAsync(_bench.Keys, _bench.Keys.Current, gone.Token);
        await gone.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        _bench.Keys.Waiters.ShouldBe(0);
    }

    private Task<bool> LoadRingAsync()
    {
        _bench.Source.Answer = () => Task.FromResult(KeyLoad.Of(Ring));
        return _bench.Refresher.LoadAsync(_bench.Keys);
    }

    private async Task<string> SeekAsync() => (await _bench.Refresher.SeekAsync(_bench.Keys, _bench.Keys.Current, CancellationToken.None)).ToString();
}
