using Gateway.Issuers;
using Gateway.Telemetry;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// Checks tokens against the revocations in memory. The follower updates the set and records when it last reached the end of the log.
/// </summary>
internal sealed class RevocationList(TimeProvider time, TimeSpan maxStaleness)
{
    private const long Never = long.MinValue;

    private long _maxStaleness = maxStaleness.Ticks;
    private long _lastRead = Never;
    private long _lastAsked = Never;
    private volatile TaskCompletionSource _nextRead = NewRead();

    public RevocationSet Set { get; } = new();

    /// <summary>The age from which the list no longer proves that a token is not revoked.</summary>
    public TimeSpan MaxStaleness
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _maxStaleness));
        set => Volatile.Write(ref _maxStaleness, value.Ticks);
    }

    /// <summary>True when the log has been read to its end at least once.</summary>
    public bool IsLoaded => Volatile.Read(ref _lastRead) != Never;

    public bool IsStale => Lag is not { } lag || lag > MaxStaleness;

    /// <summary>
    /// True when the list cannot prove that a token of this issuer is not revoked, or when it is unknown whether one of its keys was
    /// forgotten.
    /// </summary>
    private bool IsStaleFor(IssuerProfile issuer) => IsStale || issuer.Keys.ForgottenElsewhere == ForgottenKeys.Unknown;

    /// <summary>The time since the end of the log was last reached; null before the first time.</summary>
    public TimeSpan? Lag
    {
        get
        {
            var lastRead = Volatile.Read(ref _lastRead);
            return lastRead == Never ? null : time.GetElapsedTime(lastRead);
        }
    }

    /// <summary>The error of the last read of the log; null when it succeeded.</summary>
    public string? Error { get; private set; }

    /// <summary>For a token that was not verified; <c>TokenValidity</c> answers for one that was.</summary>
    public RevocationStatus Check(AccessToken token) =>
        // What is known to be revoked stays so, however old the list.
        Set.IsRevoked(token) ? RevocationStatus.Revoked : StatusOfUnrevoked(token.Issuer);

    /// <summary>The status of a token of this issuer that the list does not name.</summary>
    public RevocationStatus StatusOfUnrevoked(IssuerProfile issuer) =>
        IsStaleFor(issuer) ? RevocationStatus.Unavailable : RevocationStatus.NotRevoked;

    /// <summary>The end of the log has been reached.</summary>
    /// <param name="asked">The timestamp before the query to the store.</param>
    /// <param name="fresh">
    /// The time at which the server that replied was last known to be the primary. The age of the list counts from then.
    /// </param>
    public void MarkRead(long asked, long? fresh = null)
    {
        Error = null;
        Volatile.Write(ref _lastAsked, asked);
        Volatile.Write(ref _lastRead, fresh ?? asked);
        Interlocked.Exchange(ref _nextRead, NewRead()).SetResult();
    }

    /// <summary>
    /// Waits until a read that started at this moment or later has reached the end of the log. False after the time limit.
    /// </summary>
    /// <param name="moment">A timestamp, such as that of an acknowledged append.</param>
    public async Task<bool> UntilReadAsync(long moment, TimeSpan atMost)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            // Read before the comparison, so that a read of the log in between completes this task.
            var next = _nextRead.Task;
            if (Volatile.Read(ref _lastAsked) >= moment)
            {
                return true;
            }

            var left = atMost - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            await next.WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void MarkFailed(string error) => Error = error;

    private static TaskCompletionSource NewRead() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
