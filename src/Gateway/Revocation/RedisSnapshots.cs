using System.Globalization;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// The snapshot beside the stream. Chunks are written under the random id of the snapshot; then one write of the head replaces the
/// snapshot. Every key expires, so that nothing of a writer that crashed stays.
/// </summary>
internal sealed class RedisSnapshots(RedisConnection redis, TimeProvider time) : ISnapshotStore
{
    private const int ExpireAtOnce = 64;

    // Redis must have room for revocations and for a second snapshot beside the previous one.
    private const double LargestShareOfMemory = 0.8;

    // Longer than a writer takes for all chunks.
    private static readonly TimeSpan UnpublishedFor = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan PublishedFor = TimeSpan.FromDays(1);

    // Longer than a thousand replicas take to load ten million entries at once (docs/revocation.md).
    private static readonly TimeSpan ReplacedFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LeadFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);

    private readonly string _key = redis.KeyPrefix + "revocations:snapshot";
    private readonly RedisLease _lease = new(redis, redis.KeyPrefix + "revocations:snapshot:writing", LeadFor);
    private int _written;

    public string Name => "redis";

    // At most a fifth of Redis' time, also when it is slow.
    public TimeSpan PauseAfter(TimeSpan writing) => writing * 4 > ShortestPause ? writing * 4 : ShortestPause;

    public async Task<SnapshotHead?> ReadHeadAsync(CancellationToken cancellationToken) =>
        await ReadAsync(_key, SnapshotHead.MaxLength, cancellationToken) is { } head ? SnapshotHead.Read(head) : null;

    public Task<byte[]?> ReadChunkAsync(SnapshotHead head, int number, CancellationToken cancellationToken) =>
        ReadAsync(KeyOf(head.Id, number), head.Parts[number].Length, cancellationToken);

    public async Task<bool> TryLeadAsync(CancellationToken cancellationToken) => await _lease.TryTakeAsync(cancellationToken);

    public async Task EndLeadAsync(CancellationToken cancellationToken) => await _lease.EndAsync(cancellationToken);

    /// <summary>Redis rejects revocations when its memory is full, so a snapshot must not fill it.</summary>
    public async Task<string?> ObjectionAsync(long bytes, CancellationToken cancellationToken)
    {
        var link = await redis.LinkAsync(cancellationToken) ?? throw new RedisUnavailableException(RedisFault.NotConnected);
        foreach (var server in link.Multiplexer.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
        {
            var about = await MemoryOfAsync(server, cancellationToken);
            if (about is not ({ } used, { } most))
            {
                return "Redis does not report its memory; allow the gateway's user INFO";
            }

            if (most > 0 && used + bytes > most * LargestShareOfMemory)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"it takes {bytes >> 20} MiB, and would fill Redis to more than {LargestShareOfMemory * 100} % of its maxmemory, "
                    + $"which is {most >> 20} MiB; raise maxmemory");
            }
        }

        return null;
    }

    public async Task WriteChunkAsync(Guid id, int number, byte[] chunk, CancellationToken cancellationToken)
    {
        _written = number + 1;
        await SetAsync(KeyOf(id, number), chunk, UnpublishedFor, cancellationToken);
    }

    public async Task PublishAsync(SnapshotHead head, SnapshotHead? previous, CancellationToken cancellationToken)
    {
        if (await ExpireAsync(head.Id, head.Parts.Count, PublishedFor, cancellationToken) < head.Parts.Count)
        {
            throw new InvalidDataException("Redis no longer has all of its chunks");
        }

        // From here on the head may name the chunks, whatever comes back, so they must not be abandoned.
        _written = 0;
        await SetAsync(_key, head.ToBytes(), PublishedFor, cancellationToken);
        if (previous is not null)
        {
            try
            {
                await ExpireAsync(previous.Id, previous.Parts.Count, ReplacedFor, cancellationToken);
            }
            catch (RedisUnavailableException)
            {
                // The previous chunks expire by themselves, later.
            }
        }
    }

    public Task AbandonAsync(Guid id, CancellationToken cancellationToken) =>
        ExpireAsync(id, _written, TimeSpan.FromSeconds(1), cancellationToken);

    private async Task<(long? Used, long? Most)> MemoryOfAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            var lines = (await server.InfoRawAsync("memory").WaitAsync(redis.Timeout, time, cancellationToken) ?? "").Split('\n');
            return (NumberOf("used_memory:"), NumberOf("maxmemory:"));

            long? NumberOf(string name) =>
                lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                && long.TryParse(line.AsSpan(name.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : null;
        }
        catch (Exception fault) when (fault is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException)
        {
            return (null, null);
        }
    }

    /// <summary>Sets the expiry of chunks, and returns how many of them exist.</summary>
    private async Task<int> ExpireAsync(Guid id, int count, TimeSpan after, CancellationToken cancellationToken)
    {
        var found = 0;
        foreach (var some in Enumerable.Range(0, count).Chunk(ExpireAtOnce))
        {
            var answers = await Task.WhenAll(some.Select(number =>
                redis.CallAsync(database => database.KeyExpireAsync(KeyOf(id, number), after), cancellationToken)));
            found += answers.Count(isFound => isFound);
        }

        return found;
    }

    /// <summary>
    /// Reads a value that may have at most <paramref name="most"/> bytes. Of a longer value it reads one byte more, so that the caller
    /// finds it too long: another writer of Redis cannot make the gateway allocate more. Null when the value is missing or empty.
    /// </summary>
    private async Task<byte[]?> ReadAsync(string key, int most, CancellationToken cancellationToken)
    {
        byte[]? value = await redis.CallAsync(
            database => database.StringGetRangeAsync(key, 0, most, CommandFlags.DemandMaster), cancellationToken);
        return value is [] ? null : value;
    }

    /// <summary>With SET alone: the client's own method sends commands that an access list may not have.</summary>
    private Task<RedisResult> SetAsync(string key, byte[] value, TimeSpan lasts, CancellationToken cancellationToken) => redis.CallAsync(
        database => database.ExecuteAsync(
            "SET", [(RedisKey)key, (RedisValue)value, "EX", (long)lasts.TotalSeconds], CommandFlags.DemandMaster), cancellationToken);

    private string KeyOf(Guid id, int number) => string.Create(CultureInfo.InvariantCulture, $"{_key}:{id:N}:{number}");
}
