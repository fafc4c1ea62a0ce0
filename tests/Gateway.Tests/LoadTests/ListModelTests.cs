using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.Tests.LoadTests;

public sealed class ListModelTests
{
    // Round numbers, so that each result can be computed by hand.
    private static readonly ListModel Round = new()
    {
        StreamBytes = 100,
        WireBytes = 200,
        SnapshotBytes = 20,
        ListBytes = 25,
        Tail = 0.1,
        LoadedPerSecond = 1_000_000,
        FollowedPerSecond = 100_000,
        RedisBytesPerSecond = 1e9,
        RedisCommandsPerSecond = 100_000,
        MostReadsPerSecond = 50,
        CommandsOfARead = 2,
    };

    [Fact]
    public void One_replica_is_bound_by_its_own_processor()
    {
        var result = Round.Of(entries: 1_000_000, replicas: 1, revocationsPerSecond: 10);

        result.RedisMemory.ShouldBe(140e6);
        result.ReplicaMemory.ShouldBe(25e6);
        result.StreamStart.ShouldBe(10);
        // 1 s for the snapshot and 1 s for a tenth of the stream; Redis sends 40 MB of it in 0.04 s.
        result.Start.ShouldBe(2, 1e-9);
        result.Storm.ShouldBe(result.Start);
        result.SentPerSecond.ShouldBe(2000);
        result.Busy.ShouldBe(0.0002, 1e-12);
        result.LastRead.ShouldBe(0.00002, 1e-12);
    }

    [Fact]
    public void Many_replicas_are_bound_by_what_Redis_sends()
    {
        var result = Round.Of(entries: 1_000_000, replicas: 1000, revocationsPerSecond: 1000);

        // 1,000 times 40 MB, of which 20 MB are the tail.
        result.Storm.ShouldBe(40, 1e-9);
        result.DiskStorm.ShouldBe(20, 1e-9);
        // A replica reads 50 times a second, however many arrive.
        result.Busy.ShouldBe(1, 1e-9);
        result.LastRead.ShouldBe(0.02, 1e-9);
        result.SentPerSecond.ShouldBe(200e6);
    }

    [Fact]
    public void Page_has_the_table_of_the_model() =>
        File.ReadAllText(Path.Combine(Script.Root, "docs", "revocation.md")).ShouldContain(
            $"-->\n\n{new ListModel().Table(100)}\n\n<!-- end of list-model -->");
}
