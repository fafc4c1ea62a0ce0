using System.Globalization;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>Other writers of Redis cannot make a replica read more than a snapshot may have.</summary>
public sealed class SnapshotSizeTests
{
    private const long TooLong = 64 * 1024 * 1024;

    [Theory]
    [InlineData("chunk")]
    [InlineData("head")]
    public async Task Value_that_is_longer_than_allowed_is_not_read_to_its_end(string lying)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var writer = await SnapshotReplica.StartEmptyAsync(redis.Connection);
        await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "token"), SnapshotReplica.Entry(RevocationKind.Sub, "alice"));
        await writer.ReadAsync();
        (await writer.WriteAsync()).ShouldBeTrue();
        var key = lying == "head" ? SnapshotReplica.Head : $"{SnapshotReplica.Head}:{writer.Progress.Seen["redis"].Id:N}:0";
        await redis.CommandAsync("SETRANGE", key, TooLong.ToString(CultureInfo.InvariantCulture), "x");
        var before = await SentAsync(redis);

        await using var started = await SnapshotReplica.StartAsync(redis.Connection);

        // On a loaded machine a read may not end in time and is tried again.
        (await SentAsync(redis) - before).ShouldBeLessThan(TooLong);
        started.Progress.StartedFrom.ShouldBeNull();
        started.IsRevoked(RevocationKind.Jti, "token").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Sub, "alice").ShouldBeTrue();
        started.Logs.Lines.Count(line => line.Contains(" 316: ", StringComparison.Ordinal)).ShouldBe(1);
    }

    /// <summary>The bytes that Redis has sent to its clients.</summary>
    private static async Task<long> SentAsync(RedisServer redis)
    {
        const string field = "total_net_output_bytes:";
        var stats = await redis.CommandAsync("INFO", "stats");
        var line = stats.Split('\n').First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim(), CultureInfo.InvariantCulture);
    }
}
