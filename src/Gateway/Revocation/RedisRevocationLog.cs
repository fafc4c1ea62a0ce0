using System.Threading.Channels;
using Gateway.Foundation;
using Gateway.Redis;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// The shared store: a stream that all replicas follow and any service may append to, with a doorbell beside it. The stream is the
/// truth; the doorbell only spares the wait for the next look, and is looked past each second. Reading begins at the last entry that
/// is known: if that is not there any more, the stream has lost its end or all of itself, whatever was appended since.
/// </summary>
internal sealed partial class RedisRevocationLog : IRevocationLog
{
    private const int LargestPage = 10_000;
    private const int FirstPage = 1000;
    private const int SmallestPage = 100;
    private const int AppendAtOnce = 64;

    // The first ring is answered at once; while more come, what they announce is read together: each reading costs more than an entry,
    // and each change has every cached token looked up again. A fifth of the time in which a revocation is to be in force everywhere.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(20);

    // Longer than any step of putting back takes, so that only the death of a replica lets another take over.
    private static readonly TimeSpan LeadFor = TimeSpan.FromSeconds(30);

    private readonly RedisConnection _redis;
    private readonly RedisStream _stream;
    private readonly RedisUpkeep _upkeep;
    private readonly RedisKey _leadKey;
    private readonly RedisValue _ownName = Guid.NewGuid().ToString("N");
    private readonly Func<TimeSpan> _heartbeat;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly UnreadEntries _unread = new();
    private int _pageSize = FirstPage;
    private long _malformed;
    private long _losses;
    private long _lastWait;
    private bool _isListening;
    private (LogPosition Id, long Expires) _readFrom;
    private (LogPosition Id, long Expires) _readTo;
    private LogPosition _lostAt;
    private bool _hasLostHead;

    /// <param name="heartbeat">How long the doorbell may be silent before the stream is looked at anyway; asked for again each time.</param>
    public RedisRevocationLog(RedisConnection redis, Func<TimeSpan> heartbeat, TimeProvider time, ILogger<RedisRevocationLog> logger)
    {
        _redis = redis;
        _stream = new RedisStream(redis);
        _upkeep = new RedisUpkeep(redis, _stream, time, logger);
        _leadKey = _stream.Name + ":putting-back";
        _heartbeat = heartbeat;
        _time = time;
        _logger = logger;
    }

    /// <summary>How many entries of other writers could not be read and were skipped.</summary>
    public long MalformedEntries => Interlocked.Read(ref _malformed);

    /// <summary>How often the stream was found to have lost entries.</summary>
    public long Losses => Interlocked.Read(ref _losses);

    public async ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        RedisResult? last = null;
        var link = await _redis.LinkAsync(cancellationToken);
        foreach (var some in entries.Chunk(AppendAtOnce))
        {
            // In one go: the client keeps the order of calls, and each is acknowledged by its own answer.
            var answers = await Task.WhenAll(some.Select(entry => _stream.AddAsync(entry, cancellationToken)));
            last = answers[^1];
            _unread.Add(some, answers);
        }

        var kept = _time.GetTimestamp();
        if (last is not null)
        {
            // Wakes this replica's follower at once, without waiting for the published message.
            _rung.Writer.TryWrite(true);
            await RingAsync((string?)last, cancellationToken);
            await _redis.WaitForReplicasAsync(link, cancellationToken);
        }

        return kept;
    }

    public async ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        if (!_isListening)
        {
            _isListening = true;
            await _redis.SubscribeAsync(_stream.Name, _ => _rung.Writer.TryWrite(true));
            await _upkeep.CheckEvictionAsync(cancellationToken);
        }

        var count = _pageSize;
        // Read before the query: between two role checks a member may have become a second primary, which a read does not detect.
        var proven = _redis.PrimaryAt;
        // Acknowledged before the question, so they are in the answer, if it comes from a server that has them.
        var expected = _unread.Snapshot();
        var rows = await ReadAsync(position, count, cancellationToken);
        var isLast = rows.Length < count;
        if (position != default)
        {
            if (_hasLostHead || UnreadEntries.LacksOne(expected, position, rows, isLast) || await IsLostAsync(position, rows, cancellationToken))
            {
                _hasLostHead = false;
                _upkeep.Forget();
                // What is known stays known, and what is new there may have smaller ids.
                _lostAt = position.IsAfter(_lostAt) ? position : _lostAt;
                Interlocked.Increment(ref _losses);
                Lost(_logger, _stream.Name, position);
                return new RevocationPage(_unread.Take(position), default, IsLast: false, IsAfterLoss: true);
            }

            rows = rows is [var known, .. var after] && known.Id == position ? after : rows;
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

    /// <summary>A page for a reader beside the follower: of what is there, with no judgement on what should be.</summary>
    public async ValueTask<RevocationPage> PageAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        var rows = await _stream.RangeAsync(position == default ? "-" : position.Next.ToString(), FirstPage, cancellationToken);
        return new RevocationPage(
            [.. rows.Where(row => row.Entry is not null).Select(row => row.Entry!)], rows.Length == 0 ? position : rows[^1].Id, IsLast: rows.Length < FirstPage);
    }

    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        using var heartbeat = new CancellationTokenSource(_heartbeat(), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
        try
        {
            await _rung.Reader.ReadAsync(either.Token);
            var early = BetweenReads - _time.GetElapsedTime(_lastWait);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, _time, cancellationToken);
                _rung.Reader.TryRead(out _);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The heartbeat: look anyway.
        }

        _lastWait = _time.GetTimestamp();
    }

    public async ValueTask<bool> TryLeadAsync(CancellationToken cancellationToken)
    {
        if (await _redis.CallAsync(database => database.StringSetAsync(_leadKey, _ownName, LeadFor, When.NotExists), cancellationToken))
        {
            return true;
        }

        return await _redis.CallAsync(database => database.StringGetAsync(_leadKey, CommandFlags.DemandMaster), cancellationToken) == _ownName
            && await _redis.CallAsync(database => database.KeyExpireAsync(_leadKey, LeadFor), cancellationToken);
    }

    public async ValueTask EndLeadAsync(CancellationToken cancellationToken)
    {
        if (await _redis.CallAsync(database => database.StringGetAsync(_leadKey, CommandFlags.DemandMaster), cancellationToken) == _ownName)
        {
            await _redis.CallAsync(database => database.KeyDeleteAsync(_leadKey), cancellationToken);
        }
    }

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
            // The page may have been too much for the deadline.
            _pageSize = Math.Max(SmallestPage, count / 4);
            throw;
        }

        // As large as the deadline allows with ease, so that a long list is read in few calls and a slow link still gets through.
        if (_time.GetElapsedTime(start) < _redis.Timeout / 4)
        {
            _pageSize = Math.Min(LargestPage, count * 2);
        }

        return rows;
    }

    /// <summary>Whether the entry at which reading stopped has gone without having expired, or ids have gone back.</summary>
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

        // Only what has expired may have been deleted.
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
            // A malformed entry may be deleted by whoever wrote it.
            _readTo = (position, rows[^1].Entry?.Expires ?? long.MinValue);
        }

        return new RevocationPage(entries, position, isLast, repeated);
    }

    private async Task RingAsync(string? id, CancellationToken cancellationToken)
    {
        try
        {
            var channel = new RedisChannel(_stream.Name, RedisChannel.PatternMode.Literal);
            await _redis.CallAsync(database => database.PublishAsync(channel, id), cancellationToken);
        }
        catch (RedisUnavailableException)
        {
            // What was appended is in the stream, and found there within a second.
        }
    }

    [LoggerMessage(EventIds.RevocationsReplaced, LogLevel.Error, "The Redis stream {Stream} is another one than before, emptied or older, or lost entries: reading stopped at {Id}. This replica keeps what it knows, and what is missing is put back.")]
    private static partial void Lost(ILogger logger, string stream, LogPosition id);

    [LoggerMessage(EventIds.RevocationMalformed, LogLevel.Warning, "Entry {Id} of the Redis stream {Stream} cannot be read and is skipped: it is malformed, or of a newer version. gateway.revocation.malformed counts the others.")]
    private static partial void Malformed(ILogger logger, LogPosition id, string stream);
}
