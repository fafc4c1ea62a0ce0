namespace Gateway.Testing.Drills;

/// <summary>What happens to Redis in a drill.</summary>
/// <param name="IsReadable">True when the list can be read all the while, so that no request may be answered with 503.</param>
/// <param name="Hold">How long it lasts.</param>
internal sealed record StoreFault(string Name, bool IsReadable, TimeSpan Hold, Func<Task> StartAsync, Func<Task> EndAsync)
{
    /// <summary>What is made ready while all is well.</summary>
    public Func<Task> PrepareAsync { get; init; } = () => Task.CompletedTask;

    /// <summary>True when Redis comes back without what it acknowledged last.</summary>
    public bool LosesWrites { get; init; }
}

/// <summary>The faults of the matrix, each for the servers that it takes.</summary>
internal static class StoreFaults
{
    public const string Password = "in-force";
    private static readonly TimeSpan BetweenKills = TimeSpan.FromMilliseconds(200);

    /// <summary>Of one server with a password.</summary>
    /// <param name="hang">How long it accepts and does not answer.</param>
    public static IReadOnlyList<StoreFault> OfOne(RedisServer redis, TimeSpan hold, TimeSpan hang)
    {
        var killing = new Repeated(BetweenKills, () => redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub"));
        return
        [
            new StoreFault("killed, started again", false, hold, redis.KillAsync, redis.RestartAsync),
            new StoreFault("hangs", false, hang, redis.HangAsync, redis.ContinueAsync),
            new StoreFault("killed, started empty", false, hold, redis.KillAsync, async () =>
            {
                await redis.DeleteDataAsync();
                await redis.RestartAsync();
            })
            { LosesWrites = true },
            new StoreFault("killed, started with older data", false, hold, redis.KillAsync, async () =>
            {
                await redis.RestoreDataAsync();
                await redis.RestartAsync();
            })
            { PrepareAsync = redis.BackUpDataAsync, LosesWrites = true },
            new StoreFault("emptied", true, hold, () => redis.CommandAsync("FLUSHALL"), () => Task.CompletedTask),
            new StoreFault("doorbell killed five times a second", true, hold, killing.StartAsync, killing.StopAsync),
            new StoreFault(
                "another password", false, hold, () => redis.ChangePasswordAsync("another"), () => redis.ChangePasswordAsync(Password)),
            new StoreFault(
                "out of memory", true, hold,
                () => redis.CommandAsync("CONFIG", "SET", "maxmemory", "1"), () => redis.CommandAsync("CONFIG", "SET", "maxmemory", "0")),
        ];
    }

    /// <summary>Of the way there.</summary>
    public static IReadOnlyList<StoreFault> OfLink(SlowLink link, TimeSpan hold)
    {
        return [new StoreFault("answers 200 ms later", true, hold, () => SetAsync(TimeSpan.FromMilliseconds(200)), () => SetAsync(TimeSpan.Zero))];

        Task SetAsync(TimeSpan delay)
        {
            link.Delay = delay;
            return Task.CompletedTask;
        }
    }

    /// <summary>Of a primary and its replica, the first time one way and the second time back.</summary>
    public static IReadOnlyList<StoreFault> OfPair(RedisServer primary, RedisServer replica, TimeSpan hold) =>
    [
        new StoreFault("primary killed, replica promoted", false, hold, primary.KillAsync, replica.PromoteAsync),
        new StoreFault("primary and replica change places", false, hold, async () =>
        {
            await primary.PromoteAsync();
            await replica.FollowAsync(primary);
        },
        () => Task.CompletedTask)
        {
            PrepareAsync = async () =>
            {
                await primary.RestartAsync();
                await primary.FollowAsync(replica);
                await primary.UntilFollowingAsync();
            },
        },
    ];

    /// <summary>Of a cluster, which helps itself.</summary>
    public static IReadOnlyList<StoreFault> OfCluster(RedisCluster cluster, TimeSpan hold) =>
    [
        new StoreFault(
            "cluster node killed, its replica takes over", false, hold, cluster.Owner.KillAsync,
            () => RedisCluster.UntilWholeAsync(cluster.Replica)),
    ];

    /// <summary>
    /// Faults of a replaced primary that is the only server that some gateways reach. First the old primary is a replica of a server that
    /// is down, then it is still a primary that rejects writes because of min-replicas-to-write.
    /// </summary>
    /// <param name="cut">The link on the old primary's side of the partition.</param>
    /// <param name="whole">The link on the other side.</param>
    public static IReadOnlyList<StoreFault> OfPartition(
        RedisServer old, RedisServer replacement, SlowLink cut, SlowLink whole, TimeSpan hold) =>
    [
        new StoreFault("old primary demoted and cut off", false, hold, async () =>
        {
            await replacement.PromoteAsync();
            await old.FollowAsync(replacement);
            await old.FollowDeadPortAsync();
            whole.LeadTo(replacement);
        },
        async () =>
        {
            cut.LeadTo(replacement);
            await old.FollowAsync(replacement);
        }),
        new StoreFault("old primary cut off from its replicas (min-replicas-to-write)", false, hold, async () =>
        {
            await replacement.CommandAsync("CONFIG", "SET", "min-replicas-to-write", "1");
            await old.PromoteAsync();
            whole.LeadTo(old);
        },
        async () =>
        {
            cut.LeadTo(old);
            await replacement.FollowAsync(old);
        })
        {
            PrepareAsync = old.UntilFollowingAsync,
        },
    ];

    /// <summary>Of a primary that Sentinel watches.</summary>
    public static IReadOnlyList<StoreFault> OfSentinel(RedisSentinels sentinels, TimeSpan hold) =>
    [
        new StoreFault(
            "primary killed, Sentinel promotes the replica", false, hold, sentinels.Primary.KillAsync,
            () => sentinels.UntilPrimaryIsAsync(sentinels.Replica)),
        new StoreFault(
            "Sentinel moves the primary on command", false, hold, sentinels.FailOverAsync,
            () => sentinels.UntilPrimaryIsAsync(sentinels.Primary))
        {
            PrepareAsync = async () =>
            {
                await sentinels.Primary.RestartAsync();
                // Sooner than the sentinels would do it.
                await sentinels.Primary.FollowAsync(sentinels.Replica);
                await sentinels.Primary.UntilFollowingAsync();
            },
        },
    ];

    /// <summary>Something that is done again and again.</summary>
    private sealed class Repeated(TimeSpan every, Func<Task> action)
    {
        private volatile bool _isStopped;
        private Task _running = Task.CompletedTask;

        public Task StartAsync()
        {
            _running = RunAsync();
            return Task.CompletedTask;
        }

        public Task StopAsync()
        {
            _isStopped = true;
            return _running;
        }

        private async Task RunAsync()
        {
            while (!_isStopped)
            {
                await action();
                await Task.Delay(every, TimeProvider.System);
            }
        }
    }
}
