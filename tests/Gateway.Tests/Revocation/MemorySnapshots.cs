using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

/// <summary>A store of snapshots that replicas of a test share, with the bytes as a real one has them.</summary>
internal sealed class MemorySnapshots : ISnapshotStore
{
    /// <summary>Rules by which each look writes a snapshot.</summary>
    public static readonly SnapshotRules Always = new()
    {
        LeastRecords = 0,
        LeastGrowth = 0,
        LeastGrowthShare = 0,
        AtMostEvery = TimeSpan.Zero,
        LookEvery = TimeSpan.Zero,
        RewriteAfter = TimeSpan.FromDays(-1),
    };

    public string Name => "memory";

    public byte[]? Head { get; set; }

    public Dictionary<(Guid Id, int Number), byte[]> Chunks { get; } = [];

    /// <summary>Called before each chunk is written, with its number.</summary>
    public Action<int> Writing { get; set; } = _ => { };

    public TimeSpan PauseAfter(TimeSpan writing) => TimeSpan.Zero;

    public Task<SnapshotHead?> ReadHeadAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Head is { } head ? SnapshotHead.Read(head) : null);

    public Task<byte[]?> ReadChunkAsync(SnapshotHead head, int number, CancellationToken cancellationToken) =>
        Task.FromResult(Chunks.GetValueOrDefault((head.Id, number)));

    public Task WriteChunkAsync(Guid id, int number, byte[] chunk, CancellationToken cancellationToken)
    {
        Writing(number);
        Chunks[(id, number)] = chunk;
        return Task.CompletedTask;
    }

    public Task PublishAsync(SnapshotHead head, SnapshotHead? previous, CancellationToken cancellationToken)
    {
        Head = head.ToBytes();
        return Task.CompletedTask;
    }
}
