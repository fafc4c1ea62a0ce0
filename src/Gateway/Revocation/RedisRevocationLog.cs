using System.Threading.Channels;
using Gateway.Foundation;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// The shared store: a Redis stream that all replicas follow and any service may append to, and a publish/subscribe channel that notifies
/// replicas of new entries. Only the stream is authoritative. Notifications may be lost; they only shorten the wait until the next poll.
/// Each read starts at the last entry that was read: if that entry is missing, the stream has lost its end or all its entries.
/// </summary>
internal sealed partial class RedisRevocationLog : IRevocationLog
{
    private const int LargestPage = 10_000;
    private const int FirstPage = 1000;
    private const int SmallestPage = 100;
    private const int AppendAtOnce = 64;

    // The first notification causes a read at once; entries of later notifications are read together, because a read costs more than an
    // entry, and after each change all cached tokens are checked again. A fifth of the 100 ms goal for a revocation to take effect.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(20);

    // Longer than any step of putting back takes, so that another replica takes over only when the leader has stopped.
    private static readonly TimeSpan LeadFor = TimeSpan.FromSeconds(30);

    private readonly RedisConnection _redis;
    private readonly RedisStream _stream;
    private readonly RedisUpkeep _upkeep;
    private readonly RedisLease _lease;
    private readonly Func<TimeSpan> _heartbeat;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _notified =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly UnreadEntries _unread = new();
    private readonly AnchorChoice _anchors = new();
    private int _pageSize = FirstPage;
    private long _malformed;
    private long _losses;
    private long _lastWait;
    private bool _isListening;
    private (LogPosition Id, long Expires) _readFrom;
    private (LogPosition Id, long Expires) _readTo;
    private LogPosition _lostAt;
    private bool _hasLostHead;

    /// <param name="heartbeat">The longest time without a notification until the stream is polled; called for each wait.</param>
    public RedisRevocationLog(RedisConnection redis, Func<TimeSpan> heartbeat, TimeProvider time, ILogger<RedisRevocationLog> logger)
    {
        _redis = redis;
        _stream = new RedisStream(redis);
        _upkeep = new RedisUpkeep(redis, _stream, time, logger);
        _lease = new RedisLease(redis, _stream.Name + ":putting-back", LeadFor);
        _heartbeat = heartbeat;
        _time = time;
        _logger = logger;
    }

    /// <summary>The number of entries that could not be read and were skipped.</summary>
    public long MalformedEntries => Interlocked.Read(ref _malformed);

    /// <summary>The number of times the stream was found to have lost entries.</summary>
    public long Losses => Interlocked.Read(ref _losses);

    public async ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        RedisResult? last = null;
        var write = await _redis.BeginWriteAsync(cancellationToken);
        foreach (var some in entries.Chunk(AppendAtOnce))
        {
            // Sent together: the client keeps the order of calls, and Redis acknowledges each of them.
            var answers = await Task.WhenAll(some.Select(entry => _stream.AddAsync(entry, cancellationToken)));
            last = answers[^1];
            _unread.Add(some, answers);
        }

        var kept = _time.GetTimestamp();
        if (last is not null)
        {
            // Wakes this replica's follower at once, without waiting for the published message.
            _notified.Writer.TryWrite(true);
            await NotifyAsync((string?)last, cancellationToken);
            await _redis.ConfirmWriteAsync(write, cancellationToken);
        }

        return kept;
    }

    public async ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        if (!_isListening)
        {
            _isListening = true;
            await _redis.SubscribeAsync(_stream.Name, _ => _notified.Writer.TryWrite(true));
            await _upkeep.CheckEvictionAsync(cancellationToken);
        }

        var count = _pageSize;
        // Taken before the query: between two role checks a member may have become a second primary, which a read does not detect.
        var proven = _redis.PrimaryAt;
        // Acknowledged before the query, so a server with all entries returns them.
        var expected = _unread.Snapshot();
        var rows = await ReadAsync(position, count, cancellationToken);
        var isLast = rows.Length < count;
        if (position != default)
        {
            if (_hasLostHead
                || UnreadEntries.LacksOne(expected, position, rows, isLast)
                || await IsLostAsync(position, rows, cancellationToken))
            {
                _hasLostHead = false;
                _upkeep.Forget();
                // The entries in memory stay in effect. New entries of the stream may have smaller ids.
                _lostAt = position.IsAfter(_lostAt) ? position : _lostAt;
                Interlocked.Increment(ref _losses);
                Lost(_logger, _stream.Name, position);
                return new RevocationPage(_unread.Take(position), default, IsLast: false, IsAfterLoss: true);
            }

            rows = rows is [var known, .. var after] && known.Id == position ? after : rows;
        }
        else
        {
            _anchors.Restart();
        }

        var page = PageOf(rows, position, isLast) with { ProvenAt = proven };
        _unread.Forget(page.Position);
        if (isLast)
        {
            _lostAt = default;
            _hasLostHead |= await _upkeep.LooksLostAsync(_pageSize, cancellationToken);
        }

        return page;
    }

    /// <summary>Reads a page for a reader other than the follower, without detecting losses.</summary>
    public async ValueTask<RevocationPage> PageAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        var rows = await _stream.RangeAsync(position == default ? "-" : position.Next.ToString(), FirstPage, cancellationToken);
        return new RevocationPage(
            [.. rows.Where(row => row.Entry is not null).Select(row => row.Entry!)], rows.Length == 0 ? position : rows[^1].Id,
            IsLast: rows.Length < FirstPage);
    }

    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        using var heartbeat = new CancellationTokenSource(_heartbeat(), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
        try
        {
            await _notified.Reader.ReadAsync(either.Token);
            var early = BetweenReads - _time.GetElapsedTime(_lastWait);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, _time, cancellationToken);
                _notified.Reader.TryRead(out _);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The heartbeat: poll without a notification.
        }

        _lastWait = _time.GetTimestamp();
    }

    public async ValueTask<bool> TryResumeAsync(LogAnchor anchor, CancellationToken cancellationToken)
    {
        var rows = await _stream.RangeAsync(anchor.Id.ToString(), 1, cancellationToken);
        var end = await _stream.RangeAsync(anchor.End.ToString(), 1, cancellationToken);
        var isWhole = end is [var last] && last.Id == anchor.End;
        if (rows is not [var row] || !anchor.IsAt(row) || (!isWhole && !_upkeep.MayDelete(anchor.EndExpires)))
        {
            return false;
        }

        // As if the entry had been read, so that a later read notices its loss.
        _readTo = (row.Id, anchor.Expires);
        _anchors.Restart(row);
        return true;
    }

    public async ValueTask<bool> TryLeadAsync(CancellationToken cancellationToken) => await _lease.TryTakeAsync(cancellationToken);

    public async ValueTask EndLeadAsync(CancellationToken cancellationToken) => await _lease.EndAsync(cancellationToken);

    private async Task<StreamRow[]> ReadAsync(LogPosition position, int count, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        StreamRow[] rows;
        try
        {
            rows = await _stream.RangeAsync(position == default ? "-" : position.ToString(), count, cancellationToken);
        }
        catch (RedisUnavailableException fault) when (fault.Fault == RedisFault.Silent)
        {
            // The page may have been too large for the deadline.
            _pageSize = Math.Max(SmallestPage, count / 4);
            throw;
        }

        // Adapt the page size to the deadline: a long list takes few calls, and a slow link can still read it.
        if (_time.GetElapsedTime(start) < _redis.Timeout / 4)
        {
            _pageSize = Math.Min(LargestPage, count * 2);
        }

        return rows;
    }

    /// <summary>True when the last entry that was read is missing but has not expired, or when ids have decreased.</summary>
    private async Task<bool> IsLostAsync(LogPosition position, StreamRow[] rows, CancellationToken cancellationToken)
    {
        if (_readTo.Id == position)
        {
            _readFrom = _readTo;
        }

        if (rows.Length > 0 && rows[0].Id == position)
        {
            return false;
        }

        // Replicas delete only expired entries.
        return _readFrom.Id != position
            || !_upkeep.MayDelete(_readFrom.Expires)
            || (rows.Length == 0 && (await _stream.LastIdAsync(cancellationToken) is not { } last || position.IsAfter(last)));
    }

    private RevocationPage PageOf(StreamRow[] rows, LogPosition position, bool isLast)
    {
        var entries = new List<RevocationEntry>(rows.Length);
        var repeated = 0;
        foreach (var row in rows)
        {
            position = row.Id;
            _anchors.Saw(row);
            if (row.Entry is { } entry)
            {
                entries.Add(entry);
                repeated += row.Id.IsAfter(_lostAt) ? 0 : 1;
            }
            else if (Interlocked.Increment(ref _malformed) == 1)
            {
                Malformed(_logger, row.Id, _stream.Name);
            }
        }

        if (rows.Length > 0)
        {
            // The writer of a malformed entry may delete it.
            _readTo = (position, rows[^1].Entry?.Expires ?? long.MinValue);
        }

        return new RevocationPage(
            entries, position, isLast, repeated, Skipped: rows.Length - entries.Count, Anchor: isLast ? _anchors.Best : null);
    }

    private async Task NotifyAsync(string? id, CancellationToken cancellationToken)
    {
        try
        {
            var channel = new RedisChannel(_stream.Name, RedisChannel.PatternMode.Literal);
            await _redis.CallAsync(database => database.PublishAsync(channel, id), cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // The entries are in the stream, and the next poll reads them within a second.
        }
    }

    [LoggerMessage(
        EventIds.RevocationsReplaced, LogLevel.Error,
        "The Redis stream {Stream} was replaced, emptied or restored from a backup, or lost entries after {Id}. This replica keeps all " +
            "revocations in memory, and missing entries are put back.")]
    private static partial void Lost(ILogger logger, string stream, LogPosition id);

    [LoggerMessage(
        EventIds.RevocationMalformed, LogLevel.Warning,
        "Entry {Id} of the Redis stream {Stream} is skipped because it is malformed or of a newer version. Further ones are only " +
            "counted, in gateway.revocation.malformed.")]
    private static partial void Malformed(ILogger logger, LogPosition id, string stream);
}
