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

    /// <summary>The key, from the ring or after a search; null with the reason to reject the token.</summary>
    public async ValueTask<(VerificationKey? Key, RejectionReason Reason)> KeyOfAsync(
        IssuerKeys keys, WantedKey wanted, CancellationToken cancellationToken)
    {
        if (keys.Current.Find(wanted.KeyId, wanted.Algorithm) is { } key)
        {
            return (key, default);
        }

        // The key may be missing even after a successful search: the ring may have been replaced again.
        return await FindAsync(keys, wanted, cancellationToken) is { } reason
            ? (null, reason)
            : (keys.Current.Find(wanted.KeyId, wanted.Algorithm), RejectionReason.UnknownKey);
    }

    /// <summary>Null once the issuer's current ring has the key, else the reason to reject the token.</summary>
    public async ValueTask<RejectionReason?> FindAsync(IssuerKeys keys, WantedKey wanted, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        // Only a load that began after the token arrived is certain to see every key that was published when the token was signed.
        var begunBefore = keys.Loads.Begun;
        while (true)
        {
            var left = LongestWait - time.GetElapsedTime(start);
            if (loader.AwaitFor(keys, wanted, begunBefore, left, cancellationToken) is not { } next)
            {
                return keys.Current.Find(wanted.KeyId, wanted.Algorithm) is null ? ReasonOf(keys) : null;
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
                keys.Loads.Leave();
            }
        }
    }

    /// <summary>
    /// 503 only if the provider is the cause: no keys yet, or a source that fails. A token whose key was forgotten is rejected, even when
    /// no other key is left. Clients that name many unknown keys get 401, so that they cannot cause server errors.
    /// </summary>
    private static RejectionReason ReasonOf(IssuerKeys keys) =>
        !keys.HasLoaded || keys.State.Error is not null ? RejectionReason.KeysUnavailable : RejectionReason.UnknownKey;
}
