using Gateway.Redis;
using Gateway.Testing;

namespace Gateway.Tests.Redis;

/// <summary>Calls of requests to a Redis that hangs do not pile up.</summary>
public sealed class RequestCallsTests
{
    [Fact]
    public async Task Call_keeps_its_place_when_its_request_no_longer_waits()
    {
        using var calls = new RequestCalls(1, TimeProvider.System);
        var (hanging, count) = (new TaskCompletionSource<int>(), 0);
        using var gone = new CancellationTokenSource();
        var first = calls.WaitAsync(Call, TimeSpan.FromMinutes(1), gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);

        await Should.ThrowAsync<RedisUnavailableException>(async () =>
            await calls.WaitAsync(Call, TimeSpan.FromMinutes(1), CancellationToken.None, isPatient: false));

        count.ShouldBe(1);
        hanging.SetResult(1);
        await Eventually.TrueAsync(() => !calls.IsFull, "the place is free");

        Task<int> Call()
        {
            count++;
            return hanging.Task;
        }
    }

    [Fact]
    public async Task Impatient_call_fails_at_once_when_there_is_no_place()
    {
        using var calls = new RequestCalls(1, TimeProvider.System);
        var first = new TaskCompletionSource<int>();
        var running = calls.WaitAsync(() => first.Task, TimeSpan.FromMinutes(1), CancellationToken.None).AsTask();

        await Should.ThrowAsync<RedisUnavailableException>(async () =>
            await calls.WaitAsync(() => Task.FromResult(2), TimeSpan.FromMinutes(1), CancellationToken.None, isPatient: false));

        first.SetResult(1);
        (await running).ShouldBe(1);
    }
}
