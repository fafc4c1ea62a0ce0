using System.Globalization;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Redis;

/// <summary>Replicas start from the snapshot that another one wrote, and lose no revocation when it is of no use.</summary>
public sealed class RedisSnapshotTests : IDisposable
{
    private const string Stream = "gateway:revocations";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snapshot-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Replica_starts_from_the_snapshot_and_follows_the_stream_from_there()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var writer = await FilledAsync(redis.Connection);
        (await writer.WriteAsync()).ShouldBeTrue();
        await writer.AppendAsync(
            SnapshotReplica.Entry(RevocationKind.Jti, "token", RevocationOperation.Restore),
            SnapshotReplica.Entry(RevocationKind.Jti, "after"));

        await using var started = await SnapshotReplica.StartAsync(redis.Connection);

        started.Progress.StartedFrom.ShouldBe("redis");
        started.IsRevoked(RevocationKind.Sub, "alice").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Jti, "after").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Jti, "token").ShouldBeFalse();
        started.Log.Losses.ShouldBe(0);
        // No key of a writer that crashed may stay.
        foreach (var key in (await redis.CommandAsync("KEYS", $"{SnapshotReplica.Head}*")).Split('\n'))
        {
            int.Parse(await redis.CommandAsync("TTL", key), CultureInfo.InvariantCulture).ShouldBeInRange(1, 86_400, key);
        }

        (await redis.CommandAsync("EXISTS", $"{SnapshotReplica.Head}:writing")).ShouldBe("0");
    }

    [Fact]
    public async Task Replaced_chunks_expire_soon_and_only_one_replica_writes_at_a_time()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await FilledAsync(redis.Connection);
        (await first.WriteAsync()).ShouldBeTrue();
        var old = first.Progress.Seen["redis"].Id;
        await redis.CommandAsync("SET", $"{SnapshotReplica.Head}:writing", "another");
        (await first.WriteAsync()).ShouldBeFalse();
        await redis.CommandAsync("DEL", $"{SnapshotReplica.Head}:writing");

        (await first.WriteAsync()).ShouldBeTrue();

        int.Parse(
            await redis.CommandAsync("TTL", $"{SnapshotReplica.Head}:{old:N}:0"), CultureInfo.InvariantCulture).ShouldBeInRange(1, 600);
    }

    [Theory]
    // A chunk was evicted.
    [InlineData("DEL {chunk}")]
    // Two snapshots are mixed.
    [InlineData("SET {chunk} another")]
    // The head is no head, or no text at all.
    [InlineData("SET {head} GWREVSET")]
    [InlineData("DEL {head}; LPUSH {head} 1")]
    public async Task Damaged_snapshot_is_ignored_with_one_log_line_and_written_anew(string commands)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var writer = await FilledAsync(redis.Connection);
        (await writer.WriteAsync()).ShouldBeTrue();
        foreach (var command in commands.Split("; "))
        {
            await redis.CommandAsync(command.Replace("{chunk}", $"{SnapshotReplica.Head}:{writer.Progress.Seen["redis"].Id:N}:1", StringComparison.Ordinal)
                .Replace("{head}", SnapshotReplica.Head, StringComparison.Ordinal).Split(' '));
        }

        await using var started = await SnapshotReplica.StartAsync(redis.Connection);

        ShouldHaveAll(started);
        started.Progress.StartedFrom.ShouldBeNull();
        started.Logs.Lines.Count(line => line.Contains(" 316: ", StringComparison.Ordinal)).ShouldBe(1);
        if (!commands.Contains("LPUSH", StringComparison.Ordinal))
        {
            (await started.WriteAsync()).ShouldBeTrue();
            await using var later = await SnapshotReplica.StartAsync(redis.Connection);
            later.Progress.StartedFrom.ShouldBe("redis");
            ShouldHaveAll(later);
        }
    }

    [Fact]
    public async Task Snapshot_from_which_a_trimmed_stream_cannot_be_followed_is_ignored()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var writer = await FilledAsync(redis.Connection);
        (await writer.WriteAsync()).ShouldBeTrue();
        await writer.Follower.StopAsync(CancellationToken.None);
        await writer.AppendAsync([.. Enumerable.Range(0, 10).Select(i => SnapshotReplica.Entry(RevocationKind.Jti, $"late-{i}"))]);
        await redis.CommandAsync("XTRIM", Stream, "MAXLEN", "5");

        await using var started = await SnapshotReplica.StartAsync(redis.Connection);

        started.Progress.StartedFrom.ShouldBeNull();
        started.IsRevoked(RevocationKind.Jti, "late-9").ShouldBeTrue();
        started.Logs.Lines.ShouldContain(line => line.Contains(" 316: ", StringComparison.Ordinal)
            && line.Contains("does not have the entry", StringComparison.Ordinal));
        // It is no loss to this replica, which never read what is gone.
        started.Log.Losses.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_put_back_after_a_loss_reaches_a_replica_that_starts_while_an_older_snapshot_exists()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var known = await FilledAsync(redis.Connection);
        await redis.CommandAsync("COPY", Stream, "copy");
        await known.AppendAsync(
            SnapshotReplica.Entry(RevocationKind.Jti, "lost"),
            SnapshotReplica.Entry(RevocationKind.Jti, "token", RevocationOperation.Restore));
        await known.ReadAsync();
        (await known.WriteAsync()).ShouldBeTrue();
        var old = known.Progress.Seen["redis"].Id;

        await redis.CommandAsync("RENAME", "copy", Stream);
        await Eventually.TrueAsync(
            async () => await known.Follower.TurnAsync(CancellationToken.None) && known.Log.Losses == 1, "the loss is noticed");
        await known.ReadAsync();
        await using var started = await SnapshotReplica.StartAsync(redis.Connection);

        started.Progress.Ignored.ShouldContain(old);
        started.IsRevoked(RevocationKind.Jti, "lost").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Jti, "token").ShouldBeFalse();
        (await known.WriteAsync()).ShouldBeTrue();
        await using var later = await SnapshotReplica.StartAsync(redis.Connection);
        later.Progress.StartedFrom.ShouldBe("redis");
        later.IsRevoked(RevocationKind.Jti, "lost").ShouldBeTrue();
        later.IsRevoked(RevocationKind.Jti, "token").ShouldBeFalse();
    }

    [Fact]
    public async Task Replica_that_restarts_reads_its_folder_which_no_other_user_can_read()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var writer = await FilledAsync(redis.Connection, _folder.FullName, isOnDiskAlone: true))
        {
            (await writer.WriteAsync()).ShouldBeTrue();
            await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "after"));
        }

        await using var started = await SnapshotReplica.StartAsync(redis.Connection, _folder.FullName, isOnDiskAlone: true);

        started.Progress.StartedFrom.ShouldBe("disk");
        ShouldHaveAll(started);
        started.IsRevoked(RevocationKind.Jti, "after").ShouldBeTrue();
        var file = _folder.GetFiles().ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
        {
            file.UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Newer_snapshot_of_two_is_loaded_and_a_damaged_one_does_not_keep_the_other_from_being_loaded()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var disk = await FilledAsync(redis.Connection, _folder.FullName, isOnDiskAlone: true))
        {
            (await disk.WriteAsync()).ShouldBeTrue();
        }

        await using (var writer = await SnapshotReplica.StartAsync(redis.Connection))
        {
            await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "after"));
            await writer.ReadAsync();
            (await writer.WriteAsync()).ShouldBeTrue();
        }

        await using (var started = await SnapshotReplica.StartAsync(redis.Connection, _folder.FullName))
        {
            started.Progress.StartedFrom.ShouldBe("redis");
        }

        await redis.CommandAsync("SET", SnapshotReplica.Head, "nothing");
        await using var second = await SnapshotReplica.StartAsync(redis.Connection, _folder.FullName);
        second.Progress.StartedFrom.ShouldBe("disk");
        ShouldHaveAll(second);
    }

    [Theory]
    [InlineData("FLUSHALL")]
    // The list of another environment, in which entries have the same values.
    [InlineData("RENAME other gateway:revocations")]
    public async Task Snapshot_on_disk_of_a_list_that_was_replaced_is_ignored(string replacement)
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var writer = await FilledAsync(redis.Connection, _folder.FullName, isOnDiskAlone: true))
        {
            (await writer.WriteAsync()).ShouldBeTrue();
        }

        var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        await redis.CommandAsync(
            "XADD", "other", "*", "kind", "jti", "issuer", SnapshotReplica.Issuer, "value", "token", "expires", expires);
        await redis.CommandAsync(replacement.Split(' '));
        await redis.CommandAsync("XADD", Stream, "*", "kind", "jti", "issuer", SnapshotReplica.Issuer, "value", "new", "expires", expires);

        await using var started = await SnapshotReplica.StartAsync(redis.Connection, _folder.FullName);

        started.Progress.StartedFrom.ShouldBeNull();
        started.IsRevoked(RevocationKind.Jti, "new").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Sub, "alice").ShouldBeFalse();
        started.Logs.Lines.ShouldContain(line => line.Contains(" 316: ", StringComparison.Ordinal)
            && line.Contains("disk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Snapshot_that_would_fill_Redis_is_not_written_and_revocations_still_are()
    {
        await using var redis = await RedisServer.StartAsync(null, "--maxmemory", "20mb", "--maxmemory-policy", "noeviction");
        await using var writer = await FilledAsync(redis.Connection);
        await redis.CommandAsync("SETRANGE", "ballast", "15500000", "x");

        (await writer.WriteAsync()).ShouldBeFalse();
        (await writer.WriteAsync()).ShouldBeFalse();

        (await redis.CommandAsync("EXISTS", SnapshotReplica.Head)).ShouldBe("0");
        writer.Logs.Lines.Where(line => line.Contains(" 318: ", StringComparison.Ordinal))
            .ShouldHaveSingleItem()
            .ShouldContain("maxmemory");
        await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "more"));
        await writer.ReadAsync();
        writer.IsRevoked(RevocationKind.Jti, "more").ShouldBeTrue();
    }

    [Fact]
    public async Task Snapshot_that_Redis_does_not_store_is_logged_as_a_warning()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var writer = await FilledAsync(redis.Connection);
        await redis.FollowDeadPortAsync();

        (await writer.WriteAsync()).ShouldBeFalse();

        writer.Logs.Lines.Count(line => line.Contains(" 318: ", StringComparison.Ordinal)).ShouldBe(1);
        ShouldHaveAll(writer);
    }

    [Fact]
    public async Task Snapshot_is_written_and_loaded_in_a_cluster()
    {
        await using var cluster = await RedisCluster.StartAsync(Stream);
        await using var writer = await FilledAsync(cluster.Connection);
        (await writer.WriteAsync()).ShouldBeTrue();

        await using var started = await SnapshotReplica.StartAsync(cluster.Connection);

        started.Progress.StartedFrom.ShouldBe("redis");
        ShouldHaveAll(started);
    }

    [Fact]
    public async Task Status_page_tells_from_what_the_replica_started()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var writer = await FilledAsync(all.Redis.Connection);
        (await writer.WriteAsync()).ShouldBeTrue();

        var gateway = await all.AddAsync();

        var page = await new HttpClient().GetStringAsync(new Uri(gateway.ManagementAddress + "/admin"));
        page.ShouldContain($"started from the snapshot {writer.Progress.Seen["redis"].Id:N} (redis)");
        page.ShouldContain("with 4 records");
    }

    /// <summary>A replica of a list with something in each table.</summary>
    private static async Task<SnapshotReplica> FilledAsync(string connection, string? folder = null, bool isOnDiskAlone = false)
    {
        var replica = await SnapshotReplica.StartEmptyAsync(connection, folder, isOnDiskAlone);
        await replica.AppendAsync(
            SnapshotReplica.Entry(RevocationKind.Jti, "token"), SnapshotReplica.Entry(RevocationKind.Sub, "alice"),
            SnapshotReplica.Entry(RevocationKind.Token, "hash"),
            SnapshotReplica.Entry(RevocationKind.Sid, "forgiven"),
            SnapshotReplica.Entry(RevocationKind.Sid, "forgiven", RevocationOperation.Restore));
        await replica.ReadAsync();
        return replica;
    }

    private static void ShouldHaveAll(SnapshotReplica replica)
    {
        replica.IsRevoked(RevocationKind.Jti, "token").ShouldBeTrue();
        replica.IsRevoked(RevocationKind.Sub, "alice").ShouldBeTrue();
        replica.IsRevoked(RevocationKind.Token, "hash").ShouldBeTrue();
        replica.IsRevoked(RevocationKind.Sid, "forgiven").ShouldBeFalse();
    }
}
