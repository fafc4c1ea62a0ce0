using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>Writes to the log for callers who want to know whether it was kept, not why it was not: that is for the log of the gateway.</summary>
internal sealed partial class RevocationWriter(IRevocationLog log, ILogger<RevocationWriter> logger)
{
    /// <summary>
    /// True when the store has acknowledged all of it. After false some of it may be there; writing it again does no harm. Goes on when
    /// the caller has left: half a logout is none.
    /// </summary>
    public async Task<bool> TryAppendAsync(IReadOnlyList<RevocationEntry> entries)
    {
        try
        {
            await log.AppendAsync(entries, CancellationToken.None);
            return true;
        }
#pragma warning disable CA1031 // A store may fail in any way; every fault means the same to the caller: it is not kept.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            NotKept(logger, fault.Message);
            return false;
        }
    }

    [LoggerMessage(EventIds.RevocationNotKept, LogLevel.Error, "A revocation could not be written to the store: {Error}. Its caller was told so.")]
    private static partial void NotKept(ILogger logger, string error);
}
