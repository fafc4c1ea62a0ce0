namespace Gateway.Issuers;

/// <summary>
/// Runs the loads of one issuer's keys, one at a time, and counts the searches that wait for one. Requests with a known key do not take
/// the lock.
/// </summary>
internal sealed class KeyLoads
{
    /// <summary>A request waits for a search that is due within this time.</summary>
    public static readonly TimeSpan LongestUntilDue = TimeSpan.FromSeconds(2);

    private const int MostWaiters = 1000;

    private readonly Lock _gate = new();
    private readonly SearchAllowance _searches = new();
    private volatile Task<bool>? _running;
    private long _begun;
    private int _waiters;

    public bool IsRunning => _running is not null;

    /// <summary>How many loads have begun.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>How many requests wait for a search.</summary>
    public int Waiters => Volatile.Read(ref _waiters);

    /// <summary>Joins the load under way, or begins this one.</summary>
    public Task<bool> Join(Func<Task<bool>> load)
    {
        lock (_gate)
        {
            return _running ?? Begin_NeedsLock(load);
        }
    }

    /// <summary>
    /// Returns what a search waits for: a load, or a delay until one may begin. Null when the ring has the key, or when this request must
    /// not wait. A search that has waited calls <see cref="Leave"/>.
    /// </summary>
    /// <param name="begunBefore">How many loads had begun when the token arrived.</param>
    /// <param name="left">How long the request may still wait.</param>
    public Task? Await(
        IssuerKeys keys, WantedKey wanted, long begunBefore, TimeSpan left, Func<Task<bool>> load, TimeProvider time,
        CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (keys.Current.Find(wanted.KeyId, wanted.Algorithm) is not null
                || Next_NeedsLock(keys, begunBefore, left, load, time) is not { } next)
            {
                return null;
            }

            _waiters++;
            return next.Loading ?? Task.Delay(next.DueIn, time, cancellationToken);
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _waiters--;
        }
    }

    private (Task? Loading, TimeSpan DueIn)? Next_NeedsLock(
        IssuerKeys keys, long begunBefore, TimeSpan left, Func<Task<bool>> load, TimeProvider time)
    {
        // Without any key and with a provider that fails, the background refresh retries each second; requests do not wait for it.
        if (_waiters >= MostWaiters || (keys.Current.IsEmpty && keys.State.Error is not null))
        {
            return null;
        }

        if (_running is { } running)
        {
            return (running, default);
        }

        if (_begun > begunBefore)
        {
            return null;
        }

        // The first load does not count as a search, so that it takes nothing from the allowance for a new key.
        if (keys.State.LoadedAt is null)
        {
            return (Begin_NeedsLock(load), default);
        }

        var dueIn = _searches.DueIn(time);
        if (dueIn > TimeSpan.Zero)
        {
            return dueIn <= LongestUntilDue && dueIn < left ? (null, dueIn) : null;
        }

        _searches.Take(time);
        return (Begin_NeedsLock(load), default);
    }

    private Task<bool> Begin_NeedsLock(Func<Task<bool>> load)
    {
        _begun++;
        // Runs on the thread pool, so that the lock is not held while the source starts its work.
        return _running = Task.Run(async () =>
        {
            try
            {
                return await load();
            }
            finally
            {
                lock (_gate)
                {
                    _running = null;
                }
            }
        });
    }
}
