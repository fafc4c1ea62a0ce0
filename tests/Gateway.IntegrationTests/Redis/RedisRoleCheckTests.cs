using Gateway.Redis;
using Gateway.Testing;
using StackExchange.Redis;

namespace Gateway.IntegrationTests.Redis;

/// <summary>What counts before the first answer.</summary>
public sealed class RedisRoleCheckTests
{
    [Fact]
    public async Task Nothing_counts_on_a_connection_whose_roles_are_not_known_yet()
    {
        await using var redis = await RedisServer.StartAsync();
        var time = new OneTimeout(RedisRevocations.Timeout);
        await using var connection = RedisRevocations.Connect(redis.Connection, time);

        await Should.ThrowAsync<RedisUnavailableException>(() => connection.CallAsync(ReadAsync, CancellationToken.None));

        time.HasFired.ShouldBeTrue();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return await connection.CallAsync(ReadAsync, CancellationToken.None) == 0;
                }
                catch (RedisUnavailableException)
                {
                    return false;
                }
            },
            "the next check finds the primary");
        connection.IsPrimaryProven.ShouldBeTrue();

        static Task<long> ReadAsync(IDatabase database) => database.StreamLengthAsync("none", CommandFlags.DemandMaster);
    }

    /// <summary>The system's time, but the first timer of this length fires at once: the first call is too late.</summary>
    private sealed class OneTimeout(TimeSpan length) : TimeProvider
    {
        private int _fired;

        public bool HasFired => Volatile.Read(ref _fired) == 1;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == length && Interlocked.Exchange(ref _fired, 1) == 0 ? TimeSpan.Zero : dueTime, period);
    }
}
