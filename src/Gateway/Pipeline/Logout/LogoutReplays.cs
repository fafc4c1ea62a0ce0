using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Pipeline.Logout;

/// <summary>
/// The recent logout tokens, so that none is accepted twice (OpenID Connect Back-Channel Logout 1.0 section 2.6, step 8). Only verified tokens
/// are stored, so other clients cannot fill it. When it is full, the token that expires first is removed; its replay would be harmless.
/// </summary>
internal sealed class LogoutReplays(TimeProvider time)
{
    public const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<RevocationKey, double> _seen = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _seen.Count;
            }
        }
    }

    /// <summary>False when the token was added before.</summary>
    public bool TryAdd(LogoutToken token) => TryAdd(token.Issuer.Issuer, token.TokenId, token.ExpiresAt + token.Issuer.ClockSkew.TotalSeconds);

    /// <summary>The same for a security event token.</summary>
    /// <param name="until">The Unix second from which on the token is rejected for its age.</param>
    public bool TryAdd(string issuer, string tokenId, double until)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        lock (_lock)
        {
            if (_seen.Count >= Capacity)
            {
                MakeRoom_NeedsLock(now);
            }

            return _seen.TryAdd(KeyOf(issuer, tokenId), until);
        }
    }

    /// <summary>Removes the token after a failed logout, so that the issuer may send it again.</summary>
    public void Forget(LogoutToken token) => Forget(token.Issuer.Issuer, token.TokenId);

    public void Forget(string issuer, string tokenId)
    {
        lock (_lock)
        {
            _seen.Remove(KeyOf(issuer, tokenId));
        }
    }

    private void MakeRoom_NeedsLock(double now)
    {
        foreach (var (key, expires) in _seen)
        {
            if (expires <= now)
            {
                _seen.Remove(key);
            }
        }

        if (_seen.Count >= Capacity)
        {
            _seen.Remove(_seen.MinBy(entry => entry.Value).Key);
        }
    }

    private static RevocationKey KeyOf(string issuer, string tokenId) => RevocationKey.Of(RevocationKind.Jti, issuer, tokenId);
}
