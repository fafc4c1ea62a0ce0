using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Gateway.Jose;

namespace Gateway.Issuers.Introspection;

/// <summary>
/// The opaque tokens that were rejected a moment ago, so that a client that repeats one costs the issuer nothing. As many as there are
/// slots; clients can push each other's out, and then the issuer is asked again.
/// </summary>
internal sealed class RejectedTokens(TimeProvider time)
{
    private const int Slots = 4096;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>What a token is remembered by. A cryptographic hash: no client may find a token that is taken for another's.</summary>
    public static UInt128 IdOf(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(token), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    public RejectionReason? Find(UInt128 id) =>
        Volatile.Read(ref SlotOf(id)) is { } entry && entry.Id == id && time.GetElapsedTime(entry.Since) < entry.Duration
            ? entry.Reason
            : null;

    public void Add(UInt128 id, RejectionReason reason, TimeSpan duration) =>
        Volatile.Write(ref SlotOf(id), new Entry(id, reason, time.GetTimestamp(), duration));

    private ref Entry? SlotOf(UInt128 id) => ref _entries[(int)(id % Slots)];

    private sealed record Entry(UInt128 Id, RejectionReason Reason, long Since, TimeSpan Duration);
}
