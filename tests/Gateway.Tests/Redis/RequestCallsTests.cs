using Gateway.Redis;

namespace Gateway.Tests.Redis;

/// <summary>Requests cannot take all pending calls of the Redis connection.</summary>
public sealed class RequestCallsTests
{
    [Fact]
    public void All_kinds_together_leave_calls_for_the_follower_of_the_revocation_list()
    {
        (RequestCalls.OfLookups + RequestCalls.OfLimits + RequestCalls.OfProofs).ShouldBeLessThan(RedisLink.MaxPending);
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
