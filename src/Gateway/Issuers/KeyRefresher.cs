namespace Gateway.Issuers;

/// <summary>
/// Refreshes an issuer's keys in the background. Of the replicas that share keys, one loads them and the others use its document.
/// </summary>
/// <param name="shared">The store that shares documents with other replicas; null when they are not shared.</param>
internal sealed class KeyRefresher(
    KeyLoader loader, StoredKeyDocuments documents, ForgottenKeyList forgotten, TimeProvider time, SharedKeys? shared = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    // Shorter than the shortest wait until the next refresh, so that the claim of a replica has expired when the next refresh is due.
    private const double ClaimShare = 0.85;

    // How long another replica may take to fetch before this one does. Without any keys the wait is shorter.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PatienceWithoutKeys = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How long keys are used before they are refreshed.</summary>
    public static TimeSpan IntervalOf(TimeSpan? lifetime) => lifetime ?? Interval;

    /// <summary>How long one replica alone may fetch, and the age up to which a shared document counts as fresh.</summary>
    public static TimeSpan ClaimTimeOf(TimeSpan? lifetime) => IntervalOf(lifetime) * ClaimShare;

    /// <summary>Returns whether the keys are fresh now.</summary>
    public async Task<bool> RefreshAsync(IssuerKeys keys, CancellationToken cancellationToken)
    {
        if (shared is null || !keys.Source.IsRemote)
        {
            return await loader.LoadAsync(keys);
        }

        var start = time.GetTimestamp();
        try
        {
            if (keys.ForgottenElsewhere == ForgottenKeys.NotAsked)
            {
                await forgotten.TakeSharedAsync(keys, cancellationToken);
            }

            while (true)
            {
                var claim = await shared.ClaimAsync(keys.Issuer, ClaimTimeOf(keys.State.Lifetime), cancellationToken);
                if (claim == KeyClaim.Theirs)
                {
                    if (await documents.TakeSharedAsync(keys, ClaimTimeOf, cancellationToken))
                    {
                        return true;
                    }

                    if (time.GetElapsedTime(start) < (keys.Current.IsEmpty ? PatienceWithoutKeys : Patience))
                    {
                        await Task.Delay(PollEvery, time, cancellationToken);
                        continue;
                    }
                }

                var isLoaded = await loader.LoadAsync(keys);
                if (!isLoaded && claim == KeyClaim.Ours)
                {
                    await shared.ReleaseAsync(keys.Issuer, cancellationToken);
                }

                return isLoaded;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
