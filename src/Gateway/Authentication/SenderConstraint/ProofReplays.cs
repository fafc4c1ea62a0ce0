using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Gateway.Redis;
using Gateway.Telemetry;
using Gateway.Tokens;
using StackExchange.Redis;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// Lets each DPoP proof pass once (RFC 9449 section 11.1): over all replicas where Redis is configured, else on this one. While Redis does
/// not answer within the deadline, this replica's memory decides alone, so that clients are served during an outage of Redis; a proof that
/// was captured meanwhile passes once more on each other replica, as long as its lifetime lasts.
/// </summary>
internal sealed class ProofReplays(TimeProvider time, GatewayMetrics metrics, RedisConnection? redis = null) : IDisposable
{
    // What a request can bear to wait; a call that is made in vain ends with the connection's own deadline.
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(100);

    // The clocks of two replicas may differ by so much: the proof is still young for the slower one when it has expired for the other.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(30);

    private readonly UsedProofs _used = new(time);
    private readonly RequestCalls _calls = new(RequestCalls.OfProofs, time);

    /// <summary>What a proof is remembered by: two clients may choose the same <c>jti</c>.</summary>
    public static UInt128 IdOf(DpopProof proof, ReadOnlySpan<byte> thumbprint)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. thumbprint, .. Encoding.UTF8.GetBytes(proof.Id)], hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>Whether this replica has seen it; to be asked before its signature is checked.</summary>
    public bool IsKnown(UInt128 id, DpopProof proof)
    {
        var isKnown = _used.Contains(id, proof.IssuedAt);
        if (isKnown)
        {
            metrics.ProofChecked("used");
        }

        return isKnown;
    }

    /// <summary>
    /// False for a proof that was used before. Only for proofs whose signature was verified, so that no other client can fill the memory.
    /// </summary>
    public async ValueTask<bool> TryUseAsync(UInt128 id, DpopProof proof, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (!_used.TryAdd(id, proof.IssuedAt, lifetime))
        {
            metrics.ProofChecked("used");
            return false;
        }

        if (redis is null)
        {
            metrics.ProofChecked("new");
            return true;
        }

        var isNew = await TryAddAsync(redis, id, KeptFor(proof, lifetime), cancellationToken);
        metrics.ProofChecked(isNew switch { true => "new", false => "used", _ => "unshared" });
        return isNew ?? true;
    }

    public void Dispose() => _calls.Dispose();

    /// <summary>As long as any replica can accept the proof.</summary>
    private TimeSpan KeptFor(DpopProof proof, TimeSpan lifetime)
    {
        var end = DateTimeOffset.UnixEpoch.AddSeconds(proof.IssuedAt) + lifetime + ClockDifference;
        return end - time.GetUtcNow() is var left && left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
    }

    /// <summary>Null when Redis has not answered.</summary>
    private async ValueTask<bool?> TryAddAsync(
        RedisConnection connection, UInt128 id, TimeSpan keptFor, CancellationToken cancellationToken)
    {
        if (_calls.IsFull)
        {
            return null;
        }

        var key = $"{connection.KeyPrefix}dpop:{TextOf(id)}";
        try
        {
            // SET ... PX NX.
            return await _calls.WaitAsync(
                () => connection.CallAsync(
                    database => database.StringSetAsync(key, 1, keptFor, When.NotExists, CommandFlags.DemandMaster),
                    CancellationToken.None),
                Deadline, cancellationToken, isPatient: false);
        }
        catch (Exception fault) when (fault is TimeoutException or RedisUnavailableException)
        {
            return null;
        }
    }

    private static string TextOf(UInt128 id) => Base64Url.EncodeToString(MemoryMarshal.AsBytes([id]));
}
