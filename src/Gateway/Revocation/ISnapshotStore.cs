namespace Gateway.Revocation;

/// <summary>
/// Where a snapshot is kept: in Redis, or in a folder on the local disk. Faults are exceptions, and never affect the list.
/// </summary>
internal interface ISnapshotStore
{
    /// <summary>The name of the kind of store, for messages and metrics.</summary>
    string Name { get; }

    /// <summary>The pause after a chunk of which the writing took this long.</summary>
    TimeSpan PauseAfter(TimeSpan writing);

    /// <summary>The head of the snapshot; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It cannot be used.</exception>
    Task<SnapshotHead?> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>A chunk as it is stored; null when it is missing.</summary>
    Task<byte[]?> ReadChunkAsync(SnapshotHead head, int number, CancellationToken cancellationToken);

    /// <summary>Becomes or stays the only writer; false while another replica writes.</summary>
    Task<bool> TryLeadAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    Task EndLeadAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Why a snapshot of this size must not be written; null when it can be.</summary>
    Task<string?> ObjectionAsync(long bytes, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>Writes the next chunk of a snapshot that is not published yet.</summary>
    Task WriteChunkAsync(Guid id, int number, byte[] chunk, CancellationToken cancellationToken);

    /// <summary>Replaces the previous snapshot by one whose chunks are all written, in one step.</summary>
    Task PublishAsync(SnapshotHead head, SnapshotHead? previous, CancellationToken cancellationToken);

    /// <summary>Removes what was written of a snapshot that is not going to be published.</summary>
    Task AbandonAsync(Guid id, CancellationToken cancellationToken) => Task.CompletedTask;
}
