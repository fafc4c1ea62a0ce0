using System.IO.Compression;
using Gateway.Telemetry;

namespace Gateway.Issuers.StatusLists;

/// <summary>The statuses of one list (Token Status List section 4.1), unpacked.</summary>
/// <param name="Bits">Of one status: 1, 2, 4 or 8.</param>
internal sealed record StatusBits(byte[] Bytes, int Bits)
{
    /// <summary>Bytes of an unpacked list: 32 million statuses of one bit.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    public long Count => Bytes.Length * 8L / Bits;

    /// <summary>The statuses of a zlib stream; null when it is none, or longer than <see cref="MaxLength"/>.</summary>
    public static StatusBits? Unpack(byte[] compressed, int bits)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
            using var unpacked = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                if (unpacked.Length + read > MaxLength)
                {
                    return null;
                }

                unpacked.Write(buffer, 0, read);
            }

            return unpacked.Length == 0 ? null : new StatusBits(unpacked.ToArray(), bits);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>0 is VALID; the first status of a byte is in its lowest bits. Null beyond the end of the list.</summary>
    public int? StatusAt(long index)
    {
        if (index < 0 || index >= Count)
        {
            return null;
        }

        var place = index * Bits;
        return (Bytes[place / 8] >> (int)(place % 8)) & ((1 << Bits) - 1);
    }
}

/// <summary>
/// One status list of an issuer, and the state of its refresh. Requests read it without a lock. Only methods of this class change it;
/// <c>ArchitectureTests</c> lists their callers.
/// </summary>
internal sealed class StatusList(Uri address, string name)
{
    private readonly Lock _gate = new();
    private volatile StatusBits? _current;
    private volatile bool _isRetired;
    private volatile bool _isUsed = true;
    private volatile string? _error;
    private volatile StatusListTimes _times = new(null, null, null, null);
    private Task? _loading;
    private int _failures;

    public Uri Address => address;

    /// <summary>The <c>uri</c> exactly as tokens write it, which the list repeats as <c>sub</c>.</summary>
    public string Name => name;

    /// <summary>Null when there is none that may be used.</summary>
    public StatusBits? Current => _current;

    /// <summary><c>iat</c> of the list in use.</summary>
    public DateTimeOffset? IssuedAt { get; private set; }

    /// <summary>The list is not refreshed any more: a token that refers to it must be verified again.</summary>
    public bool IsRetired => _isRetired;

    public string? LastError => _error;

    /// <summary>The times of the last use, the last load, the next load, and the expiry.</summary>
    public StatusListTimes Times => _times;

    /// <summary>Joins the load under way, or begins this one.</summary>
    public Task Load(Func<Task> load)
    {
        lock (_gate)
        {
            // Runs on the thread pool, so that the lock is not held while the load starts its work.
            return _loading ??= Task.Run(load);
        }
    }

    /// <summary>The load under way has succeeded: its list is used, unless it is older than the one in use.</summary>
    public bool TryReplace(StatusListToken content, StatusListTimes times)
    {
        lock (_gate)
        {
            if (content.IssuedAt < IssuedAt)
            {
                return false;
            }

            (_current, IssuedAt) = (content.Statuses, content.IssuedAt);
            (_loading, _failures, _error) = (null, 0, null);
            _times = times with { UsedAt = _times.UsedAt };
            return true;
        }
    }

    /// <summary>Ends the load under way with a failure; the content stays.</summary>
    /// <param name="retryAfter">Returns the wait for a number of consecutive failures before this one.</param>
    public void MarkFailed(string? error, DateTimeOffset now, Func<int, TimeSpan> retryAfter)
    {
        lock (_gate)
        {
            (_loading, _error) = (null, error);
            _times = _times with { DueAt = now + retryAfter(_failures++) };
        }
    }

    /// <summary>Records whether a token was looked up since the last call, and drops a list that is too old.</summary>
    /// <returns>Whether the list is due and no load is under way.</returns>
    public bool Watch(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_isUsed || _times.UsedAt is null)
            {
                _isUsed = false;
                _times = _times with { UsedAt = now };
            }

            if (_current is not null && _times.ExpiresAt <= now)
            {
                (_current, IssuedAt) = (null, null);
            }

            return _loading is null && (_times.DueAt is null || _times.DueAt <= now);
        }
    }

    public void Retire() => _isRetired = true;

    /// <summary>
    /// INVALID, SUSPENDED and every status that an application may define (section 7) count as revoked, as does an index that the list does
    /// not have.
    /// </summary>
    public RevocationStatus StatusAt(long index)
    {
        if (!_isUsed)
        {
            _isUsed = true;
        }

        return _current is not { } bits ? RevocationStatus.Unavailable
            : bits.StatusAt(index) is 0 ? RevocationStatus.NotRevoked
            : RevocationStatus.Revoked;
    }
}

/// <param name="ExpiresAt">From then on the list must not be used: it is too old, or its <c>exp</c> has passed.</param>
internal sealed record StatusListTimes(DateTimeOffset? UsedAt, DateTimeOffset? LoadedAt, DateTimeOffset? DueAt, DateTimeOffset? ExpiresAt);

/// <summary>Where a token stands in a status list.</summary>
internal sealed record StatusEntry(StatusList List, long Index)
{
    public RevocationStatus Read() => List.StatusAt(Index);
}
