using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Redis;
using Gateway.Testing;
using StackExchange.Redis;

namespace Gateway.IntegrationTests.Redis;

/// <summary>When the servers are asked for their roles, and what counts before the first answer.</summary>
public sealed partial class RedisRoleCheckTests
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

    [Fact]
    public async Task Shorter_MaxStaleness_that_is_reloaded_has_the_store_looked_at_more_often()
    {
        await using var all = await RedisGateways.StartAsync(
            1, configuration => configuration.With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:01:00")));
        // Of one second for a minute, of a quarter of a second for a second.
        await File.WriteAllTextAsync(
            all[0].ConfigFile, all.Configuration().With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:00:01")).ToJsonString());

        await all.Redis.CommandAsync("CONFIG", "RESETSTAT");
        var start = TimeProvider.System.GetTimestamp();

        await Eventually.TrueAsync(
            async () =>
            {
                var counts = Calls().Matches(await all.Redis.CommandAsync("INFO", "commandstats"))
                    .ToDictionary(
                        match => match.Groups[1].Value, match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture),
                        StringComparer.Ordinal);
                var atMostBefore = (1.25 * TimeProvider.System.GetElapsedTime(start).TotalSeconds) + 3;
                return counts.GetValueOrDefault("role") > atMostBefore && counts.GetValueOrDefault("xrange") > atMostBefore;
            },
            "roles are asked for and the stream is read more than once a second");
    }

    [GeneratedRegex("cmdstat_(role|xrange):calls=([0-9]+)")]
    private static partial Regex Calls();

    /// <summary>
    /// The system's time, but the first timer of this length fires before the call that it limits can be answered: while it is created.
    /// </summary>
    private sealed class OneTimeout(TimeSpan length) : TimeProvider
    {
        private int _fired;
        private volatile bool _hasFired;

        public bool HasFired => _hasFired;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != length || Interlocked.Exchange(ref _fired, 1) != 0)
            {
                return System.CreateTimer(callback, state, dueTime, period);
            }

            callback(state);
            _hasFired = true;
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
