using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>What became of entries that a caller wants in the log.</summary>
internal enum RevocationOutcome
{
    /// <summary>The store has not acknowledged all of them. Some may be there; writing them again does no harm.</summary>
    NotKept,

    /// <summary>The store has them. This replica has not read them in time and will do so later.</summary>
    Kept,

    /// <summary>The store has them, and this replica's next request obeys them.</summary>
    InEffect,
}

/// <summary>
/// Writes to the log for callers in this process. An acknowledgement means that the entries are in effect on this replica: a caller that
/// revokes a token and then sends it must not be let through. Why a store failed is for the log of the gateway, not for the caller.
/// </summary>
internal sealed partial class RevocationWriter(IRevocationLog log, RevocationList list, ILogger<RevocationWriter> logger)
{
    // A read takes milliseconds. Longer than the deadline of a call to Redis and its retry, shorter than the patience of a caller.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Goes on when the caller has left: half a logout is none.</summary>
    public async Task<RevocationOutcome> AppendAsync(IReadOnlyList<RevocationEntry> entries)
    {
        long kept;
        try
        {
            kept = await log.AppendAsync(entries, CancellationToken.None);
        }
#pragma warning disable CA1031 // A store may fail in any way; every fault means the same to the caller: it is not kept.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            NotKept(logger, fault.Message);
            return RevocationOutcome.NotKept;
        }

        return await list.UntilReadAsync(kept, LongestWait) ? RevocationOutcome.InEffect : RevocationOutcome.Kept;
    }

    [LoggerMessage(EventIds.RevocationNotKept, LogLevel.Error, "A revocation could not be written to the store: {Error}. Its caller was told so.")]
    private static partial void NotKept(ILogger logger, string error);
}
