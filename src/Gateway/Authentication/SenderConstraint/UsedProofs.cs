namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// The proofs that this replica has accepted, so that none is accepted twice, sorted by the second of their <c>iat</c>. It never forgets a
/// proof that could still be accepted: when it is full, the oldest second goes as a whole, and from then on every proof of that second or
/// an earlier one counts as used. A flood of good proofs therefore shortens the lifetime of all, and opens nothing. Proofs with an
/// <c>iat</c> in the future, which cannot go like that, fill at most half.
/// </summary>
internal sealed class UsedProofs(TimeProvider time, int capacity = UsedProofs.DefaultCapacity)
{
    /// <summary>Some 40 MB.</summary>
    public const int DefaultCapacity = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, HashSet<UInt128>> _bySecond = [];
    private int _count;
    private long _closedBefore;
    private long _now;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether <see cref="TryAdd"/> would reject it, found without a signature check.</summary>
    public bool Contains(UInt128 proof, double issuedAt)
    {
        var second = (long)issuedAt;
        lock (_lock)
        {
            return second < _closedBefore || (_bySecond.TryGetValue(second, out var used) && used.Contains(proof));
        }
    }

    /// <summary>False when it was used before, or may have been.</summary>
    /// <param name="issuedAt">The <c>iat</c> of the proof, which has been checked against <paramref name="lifetime"/>.</param>
    public bool TryAdd(UInt128 proof, double issuedAt, TimeSpan lifetime)
    {
        var second = (long)issuedAt;
        lock (_lock)
        {
            // Read the time inside the lock, so that it never decreases from one caller to the next.
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            Expire_NeedsLock(now, lifetime);
            while (_count >= capacity && _bySecond.Keys.Min() is var oldest && oldest < Math.Min(now, second))
            {
                Close_NeedsLock(oldest);
            }

            if (second < _closedBefore || _count >= capacity || (second > now && IsHalfOfTheFuture_NeedsLock(now)))
            {
                return false;
            }

            if (!_bySecond.TryGetValue(second, out var used))
            {
                _bySecond[second] = used = [];
            }

            if (!used.Add(proof))
            {
                return false;
            }

            Volatile.Write(ref _count, _count + 1);
            return true;
        }
    }

    private bool IsHalfOfTheFuture_NeedsLock(long now)
    {
        if (_count < capacity / 2)
        {
            return false;
        }

        var count = 0;
        foreach (var (second, used) in _bySecond)
        {
            count += second > now ? used.Count : 0;
        }

        return count >= capacity / 2;
    }

    private void Expire_NeedsLock(long now, TimeSpan lifetime)
    {
        if (now == _now)
        {
            return;
        }

        // After the clock was set back, a second that was closed is to come again, and honest proofs with it.
        _closedBefore = now < _now ? 0 : _closedBefore;
        _now = now;
        // One second more, because the check of the lifetime knows fractions.
        var last = now - (long)Math.Ceiling(lifetime.TotalSeconds) - 1;
        foreach (var second in _bySecond.Keys)
        {
            if (second < last)
            {
                Close_NeedsLock(second);
            }
        }
    }

    private void Close_NeedsLock(long second)
    {
        _bySecond.Remove(second, out var gone);
        Volatile.Write(ref _count, _count - gone!.Count);
        _closedBefore = Math.Max(_closedBefore, second + 1);
    }
}
