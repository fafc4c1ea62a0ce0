using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Revocation;

namespace Gateway.Pipeline.Logout;

/// <summary>The state of a token that an issuer has sent.</summary>
internal enum ReplayState
{
    New,

    /// <summary>It came before, and it is not certain that it takes effect.</summary>
    UnderWay,

    Applied,
}

/// <summary>
/// The recent logout and security event tokens, so that none is accepted twice (OpenID Connect Back-Channel Logout 1.0 section 2.6, step
/// 8). Only verified tokens are stored, so other clients cannot fill it. When it is full, the token that expires first is removed; its
/// replay would be harmless.
/// </summary>
internal sealed class LogoutReplays(TimeProvider time)
{
    // Tokens. An entry is a digest, a time and a flag, so that a full list stays small.
    public const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<RevocationKey, (double Until, bool IsApplied)> _seen = [];

    /// <summary>Adds the token, or says what has become of it since it was added.</summary>
    /// <param name="until">The Unix second from which on the token is rejected for its age.</param>
    public ReplayState Add(string issuer, string tokenId, double until)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        lock (_lock)
        {
            if (_seen.Count >= Capacity)
            {
                MakeRoom_NeedsLock(now);
            }

            var key = KeyOf(issuer, tokenId);
            return _seen.TryAdd(key, (until, false)) ? ReplayState.New : _seen[key].IsApplied ? ReplayState.Applied : ReplayState.UnderWay;
        }
    }

    /// <summary>What the token is about is in effect.</summary>
    public void Complete(string issuer, string tokenId)
    {
        lock (_lock)
        {
            ref var seen = ref CollectionsMarshal.GetValueRefOrNullRef(_seen, KeyOf(issuer, tokenId));
            if (!Unsafe.IsNullRef(ref seen))
            {
                seen.IsApplied = true;
            }
        }
    }

    /// <summary>Removes the token after a failure, so that the issuer may send it again.</summary>
    public void Forget(string issuer, string tokenId)
    {
        lock (_lock)
        {
            _seen.Remove(KeyOf(issuer, tokenId));
        }
    }

    /// <summary>Removes what is too old to be accepted anyway; if that is nothing, the token that expires first.</summary>
    private void MakeRoom_NeedsLock(double now)
    {
        foreach (var (key, (until, _)) in _seen)
        {
            if (until <= now)
            {
                _seen.Remove(key);
            }
        }

        if (_seen.Count >= Capacity)
        {
            _seen.Remove(_seen.MinBy(entry => entry.Value.Until).Key);
        }
    }

    private static RevocationKey KeyOf(string issuer, string tokenId) => RevocationKey.Of(RevocationKind.Jti, issuer, tokenId);
}
