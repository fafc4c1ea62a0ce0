using Gateway.Issuers;
using Gateway.Telemetry;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// Was this token withdrawn? Answered from memory in every case; the follower keeps the set current and notes when it last was.
/// </summary>
internal sealed class RevocationList(TimeProvider time, TimeSpan maxStaleness)
{
    private const long Never = long.MinValue;

    private long _maxStaleness = maxStaleness.Ticks;
    private long _lastRead = Never;
    private long _lastAsked = Never;
    private volatile TaskCompletionSource _nextRead = NewRead();

    public RevocationSet Set { get; } = new();

    /// <summary>How old the list may be before "not revoked" is a guess.</summary>
    public TimeSpan MaxStaleness
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _maxStaleness));
        set => Volatile.Write(ref _maxStaleness, value.Ticks);
    }

    /// <summary>Whether the log has been read to its end at least once.</summary>
    public bool IsLoaded => Volatile.Read(ref _lastRead) != Never;

    public bool IsStale => Lag is not { } lag || lag > MaxStaleness;

    /// <summary>
    /// Whether "not revoked" is uncertain for this issuer's tokens; also while it is unknown whether a key was forgotten.
    /// </summary>
    private bool IsStaleFor(IssuerProfile issuer) => IsStale || issuer.Keys.ForgottenElsewhere == ForgottenKeys.Unknown;

    /// <summary>How old the knowledge of the log's end is; null as long as it was never reached.</summary>
    public TimeSpan? Lag
    {
        get
        {
            var lastRead = Volatile.Read(ref _lastRead);
            return lastRead == Never ? null : time.GetElapsedTime(lastRead);
        }
    }

    /// <summary>Why the log could not be read the last time; null while it can.</summary>
    public string? Error { get; private set; }

    /// <summary>For a token that was not verified; <c>TokenValidity</c> answers for one that was.</summary>
    public RevocationStatus Check(AccessToken token) =>
        // What is known to be revoked stays so, however old the list.
        Set.IsRevoked(token) ? RevocationStatus.Revoked : StatusOfUnrevoked(token.Issuer);

    /// <summary>The status of a token of this issuer that the list does not name.</summary>
    public RevocationStatus StatusOfUnrevoked(IssuerProfile issuer) => IsStaleFor(issuer) ? RevocationStatus.Unavailable : RevocationStatus.NotRevoked;

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

    /// <summary>Waits until the log was read to its end at a moment or later. False when that did not happen in time.</summary>
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
