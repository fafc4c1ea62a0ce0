using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>The key that a token asks for.</summary>
internal readonly record struct WantedKey(string? KeyId, AlgorithmTraits Algorithm);

/// <summary>
/// Searches for a key that an issuer's ring does not have, as after a key rotation. This is the only such search: access tokens, logout
/// tokens and explanations share its allowance. Clients can invent key ids, so all requests that wait share one load, and
/// <see cref="SearchAllowance"/> limits the loads.
/// </summary>
internal sealed class KeySearch(KeyLoader loader, TimeProvider time)
{
    // A load may take three fetches of 5 s each (two places for metadata, and the keys); no request waits longer than this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>A request waits for a search that is due within this time.</summary>
    public static readonly TimeSpan LongestUntilDue = TimeSpan.FromSeconds(2);

    private const int MostWaiters = 1000;

    /// <summary>Null once the issuer's current ring has the key, else the reason to reject the token.</summary>
    public async ValueTask<RejectionReason?> FindAsync(IssuerKeys keys, WantedKey wanted, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        long? begunBefore = null;
        while (true)
        {
            Task next;
            TimeSpan left;
            lock (keys.Gate)
            {
                // Only a load that began after the token arrived is certain to see every key that was published when the token was signed.
                begunBefore ??= keys.LoadsBegun;
                if (keys.Current.Find(wanted.KeyId, wanted.Algorithm) is not null)
                {
                    return null;
                }

                left = LongestWait - time.GetElapsedTime(start);
                if (Next_NeedsLock(keys, begunBefore.Value, left) is not { } wait)
                {
                    return ReasonOf(keys);
                }

                next = wait.Loading ?? Task.Delay(wait.DueIn, time, cancellationToken);
                keys.Waiters++;
            }

            try
            {
                await next.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return RejectionReason.KeysUnavailable;
            }
            finally
            {
                lock (keys.Gate)
                {
                    keys.Waiters--;
                }
            }
        }
    }

    /// <summary>
    /// The load to wait for, or the time until one may begin; null when the answer is known or this request must not wait for it.
    /// </summary>
    private (Task? Loading, TimeSpan DueIn)? Next_NeedsLock(IssuerKeys keys, long begunBefore, TimeSpan left)
    {
        // Without any key and with a provider that fails, the background refresh retries each second; requests do not wait for it.
        if (keys.Waiters >= MostWaiters || (keys.Current.IsEmpty && keys.State.Error is not null))
        {
            return null;
        }

        if (keys.Loading is { } running)
        {
            return (running, default);
        }

        if (keys.LoadsBegun > begunBefore)
        {
            return null;
        }

        // The first load does not count as a search, so that it takes nothing from the allowance for a new key.
        if (keys.State.LoadedAt is null)
        {
            return (loader.Begin_NeedsLock(keys), default);
        }

        var dueIn = keys.Searches.DueIn(time);
        if (dueIn > TimeSpan.Zero)
        {
            return dueIn <= LongestUntilDue && dueIn < left ? (null, dueIn) : null;
        }

        keys.Searches.Take(time);
        return (loader.Begin_NeedsLock(keys), default);
    }

    /// <summary>
    /// 503 only if the provider is the cause: no keys yet, or a source that fails. A token whose key was forgotten is rejected, even when
    /// no other key is left. Clients that name many unknown keys get 401, so that they cannot cause server errors.
    /// </summary>
    private static RejectionReason ReasonOf(IssuerKeys keys) =>
        !keys.HasLoaded || keys.State.Error is not null ? RejectionReason.KeysUnavailable : RejectionReason.UnknownKey;
}
