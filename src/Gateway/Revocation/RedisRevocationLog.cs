using System.Threading.Channels;
using Gateway.Observability;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// The shared store: a stream that all replicas follow and any service may append to, with a doorbell beside it. The stream is the
/// truth; the doorbell only spares the wait for the next look, and is looked past each second.
/// </summary>
internal sealed partial class RedisRevocationLog : IRevocationLog
{
    private const int LargestPage = 10_000;
    private const int FirstPage = 1000;
    private const int SmallestPage = 100;
    private const int AppendAtOnce = 64;
    private static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(1);

    // Entries are deleted well after their expiry, so that a replica with a slow clock has seen them.
    private static readonly TimeSpan KeepExpired = TimeSpan.FromHours(1);

    private readonly RedisConnection _redis;
    private readonly string _name;
    private readonly TimeSpan _heartbeat;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _pageSize = FirstPage;
    private long _malformed;
    private long _lastTrim;
    private bool _isListening;

    /// <param name="heartbeat">How long the doorbell may be silent before the stream is looked at anyway.</param>
    public RedisRevocationLog(RedisConnection redis, TimeSpan heartbeat, TimeProvider time, ILogger<RedisRevocationLog> logger)
    {
        _redis = redis;
        _name = redis.KeyPrefix + "revocations";
        _heartbeat = heartbeat;
        _time = time;
        _logger = logger;
        _lastTrim = time.GetTimestamp();
    }

    /// <summary>How many entries of other writers could not be read and were skipped.</summary>
    public long MalformedEntries => Interlocked.Read(ref _malformed);

    public async ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        RedisResult? last = null;
        foreach (var some in entries.Chunk(AppendAtOnce))
        {
            // In one go: the client keeps the order of calls, and each is acknowledged by its own answer.
            var answers = await Task.WhenAll(some.Select(entry => _redis.CallAsync(
                database => database.ExecuteAsync("XADD", [(RedisKey)_name, "*", .. RevocationFields.Write(entry)]), cancellationToken)));
            last = answers[^1];
        }

        if (last is not null)
        {
            await RingAsync((string?)last, cancellationToken);
        }
    }

    public async ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        if (!_isListening)
        {
            _isListening = true;
            await _redis.SubscribeAsync(_name, _ => _rung.Writer.TryWrite(true));
        }

        var count = _pageSize;
        var start = _time.GetTimestamp();
        RedisResult answer;
        try
        {
            answer = await RangeAsync(position.Next.ToString(), count, cancellationToken);
        }
        catch (RedisUnavailableException fault) when (fault.Fault == RedisFault.Silent)
        {
            // The page may have been too much for the deadline.
            _pageSize = Math.Max(SmallestPage, count / 4);
            throw;
        }

        // As large as the deadline allows with ease, so that a long list is read in few calls and a slow link still gets through.
        if (_time.GetElapsedTime(start) < _redis.Timeout / 4)
        {
            _pageSize = Math.Min(LargestPage, count * 2);
        }

        var rows = Rows(answer);
        if (rows.Length == 0 && position != default && await IsReplacedAsync(position, cancellationToken))
        {
            // Emptied, or restored from an older copy. What is known stays known, and what is new there may have smaller ids.
            Replaced(_logger, _name, position);
            return new RevocationPage([], default, IsLast: false);
        }

        var entries = new List<RevocationEntry>(rows.Length);
        foreach (var row in rows)
        {
            position = row.Id;
            if (RevocationFields.TryRead(row.Fields, out var entry))
            {
                // The id begins with the server's clock in milliseconds.
                entries.Add(entry with { At = (long)(row.Id.First / 1000) });
            }
            else if (Interlocked.Increment(ref _malformed) == 1)
            {
                Malformed(_logger, row.Id, _name);
            }
        }

        var isLast = rows.Length < count;
        if (isLast && _time.GetElapsedTime(_lastTrim) >= TrimEvery)
        {
            _lastTrim = _time.GetTimestamp();
            await TrimAsync(cancellationToken);
        }

        return new RevocationPage(entries, position, isLast);
    }

    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        using var heartbeat = new CancellationTokenSource(_heartbeat, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
        try
        {
            await _rung.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The heartbeat: look anyway.
        }
    }

    private async Task RingAsync(string? id, CancellationToken cancellationToken)
    {
        try
        {
            var channel = new RedisChannel(_name, RedisChannel.PatternMode.Literal);
            await _redis.CallAsync(database => database.PublishAsync(channel, id), cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // What was appended is in the stream, and found there within a second.
        }
    }

    /// <summary>Ids only grow, so a stream that has not come as far as we have is another one.</summary>
    private async Task<bool> IsReplacedAsync(LogPosition position, CancellationToken cancellationToken)
    {
        try
        {
            var about = (RedisResult[]?)await _redis.CallAsync(
                database => database.ExecuteAsync("XINFO", "STREAM", (RedisKey)_name), cancellationToken) ?? [];
            // Names and values in turn.
            for (var i = 0; i + 1 < about.Length; i += 2)
            {
                if ((string?)about[i] == "last-generated-id" && LogPosition.TryParse((string?)about[i + 1], out var newest))
                {
                    return (newest.First, newest.Second).CompareTo((position.First, position.Second)) < 0;
                }
            }

            return false;
        }
        catch (RedisUnavailableException fault) when (fault.Fault == RedisFault.NoSuchKey)
        {
            return true;
        }
    }

    private Task<RedisResult> RangeAsync(string from, int count, CancellationToken cancellationToken) => _redis.CallAsync(
        database => database.ExecuteAsync("XRANGE", (RedisKey)_name, from, "+", "COUNT", count), cancellationToken);

    private static (LogPosition Id, string?[]? Fields)[] Rows(RedisResult answer)
    {
        try
        {
            return [.. ((RedisResult[]?)answer ?? []).Select(row => (RedisResult[]?)row is [var id, var fields] && LogPosition.TryParse((string?)id, out var position)
                ? (position, (string?[]?)fields)
                : throw new InvalidCastException())];
        }
        catch (InvalidCastException)
        {
            throw new RedisUnavailableException(RedisFault.Garbage);
        }
    }

    /// <summary>Deletes the oldest entries that are long expired; any replica may, several do no harm.</summary>
    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        var limit = (_time.GetUtcNow() - KeepExpired).ToUnixTimeSeconds();
        try
        {
            var rows = Rows(await RangeAsync("-", _pageSize, cancellationToken));
            object[] expired = [.. rows.Where(row => RevocationFields.TryRead(row.Fields, out var entry) && entry.Expires < limit).Select(row => row.Id.ToString())];
            if (expired.Length > 0)
            {
                await _redis.CallAsync(database => database.ExecuteAsync("XDEL", [(RedisKey)_name, .. expired]), cancellationToken);
            }
        }
        catch (RedisUnavailableException)
        {
            // Next time: reading is what counts, and an access list may forbid deleting.
        }
    }

    [LoggerMessage(EventIds.RevocationsReplaced, LogLevel.Error, "The Redis stream {Stream} is another one than before, emptied or older: it does not reach entry {Id}. This replica keeps what it knows; a new one will not know it.")]
    private static partial void Replaced(ILogger logger, string stream, LogPosition id);

    [LoggerMessage(EventIds.RevocationMalformed, LogLevel.Warning, "Entry {Id} of the Redis stream {Stream} is malformed and skipped; gateway.revocation.malformed counts the others.")]
    private static partial void Malformed(ILogger logger, LogPosition id, string stream);
}
