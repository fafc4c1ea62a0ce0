using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>The result of writing entries to the log.</summary>
internal enum RevocationOutcome
{
    /// <summary>
    /// The store has not acknowledged all of the entries. It may have some of them; writing them again has no further effect.
    /// </summary>
    NotKept,

    /// <summary>The store has them. This replica has not read them within 5 seconds and will do so later.</summary>
    Kept,

    /// <summary>The store has them, and they are in effect for the next request to this replica.</summary>
    InEffect,
}

/// <summary>
/// Writes to the log for callers in this process. An acknowledgement means that the entries are in effect on this replica: a caller that
/// revokes a token and then sends it must be rejected. The cause of a failed write is logged and not shown to the caller.
/// </summary>
internal sealed partial class RevocationWriter(IRevocationLog log, RevocationList list, ILogger<RevocationWriter> logger)
{
    // A read takes milliseconds. The limit is longer than the deadline of a call to Redis with its retry, and shorter than usual client
    // timeouts.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Continues when the caller disconnects, so that a logout is written completely.</summary>
    public async Task<RevocationOutcome> AppendAsync(IReadOnlyList<RevocationEntry> entries)
    {
        long kept;
        try
        {
            kept = await log.AppendAsync(entries, CancellationToken.None);
        }
#pragma warning disable CA1031 // A store may throw any exception. Each means that the entries are not written.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            NotKept(logger, fault.Message);
            return RevocationOutcome.NotKept;
        }

        return await list.UntilReadAsync(kept, LongestWait) ? RevocationOutcome.InEffect : RevocationOutcome.Kept;
    }

    [LoggerMessage(
        EventIds.RevocationNotKept, LogLevel.Error,
        "A revocation could not be written to the store: {Error}. The caller has received an error.")]
    private static partial void NotKept(ILogger logger, string error);
}
