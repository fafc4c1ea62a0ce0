using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Revocation;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Revocation;

/// <summary>What is written into a snapshot is what a replica loads, and what cannot be loaded costs no revocation.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly SnapshotBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Snapshot_of_any_list_loads_as_the_same_list_also_after_some_of_it_has_expired()
    {
        var entry = from kind in Gen.Elements(Enum.GetValues<RevocationKind>())
                    from value in Gen.Choose(0, 8)
                    from operation in Gen.Elements(RevocationOperation.Revoke, RevocationOperation.Revoke, RevocationOperation.Restore)
                    from minutes in Gen.Choose(1, 20)
                    from before in Gen.Elements<long?>(null, 0, 1_900_000_000, -1, long.MaxValue)
                    select new RevocationEntry(
                        kind, Shop.Issuer, $"name-{value}", RevocationClock.ExpiresOf(1_000_000 + minutes), before, operation);
        Prop.ForAll(Arb.From(Gen.ListOf(entry)), Arb.From(Gen.Choose(0, 25)), (entries, passed) =>
        {
            var (set, loaded) = (new RevocationSet(), new RevocationSet());
            set.ForgetExpired(At(1_000_000));
            set.Apply([.. entries]);
            var marks = new List<RevocationMark>();
            loaded.ForgetExpired(At(1_000_000 + passed));
            foreach (var chunk in SnapshotChunk.Of(set))
            {
                loaded.Load(SnapshotChunk.Read(chunk, marks), marks);
            }

            set.ForgetExpired(At(1_000_000 + passed));
            SnapshotBench.MarksOf(loaded).ShouldBe(SnapshotBench.MarksOf(set));
            loaded.Count.ShouldBe(set.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Large_list_is_split_into_chunks_and_has_each_name_once()
    {
        var (set, loaded) = (new RevocationSet(), new RevocationSet());
        set.Apply([.. Enumerable.Range(0, 20_000).Select(i => _bench.Entry(i % 3 == 0 ? RevocationKind.Sub : RevocationKind.Jti, $"{i}"))]);
        var marks = new List<RevocationMark>();
        var chunks = SnapshotChunk.Of(set).ToList();
        chunks.ForEach(chunk => loaded.Load(SnapshotChunk.Read(chunk, marks), marks));

        chunks.Count.ShouldBeGreaterThan(3);
        chunks.ShouldAllBe(chunk => chunk.Length <= 80_000);
        chunks.Sum(chunk => SnapshotChunk.CountOf(chunk)).ShouldBe(20_000);
        SnapshotBench.MarksOf(loaded).ShouldBe(SnapshotBench.MarksOf(set));
    }

    [Fact]
    public async Task Snapshot_damaged_at_any_byte_or_cut_anywhere_is_ignored_with_one_log_line_and_costs_no_revocation()
    {
        var whole = await WriteAsync();
        foreach (var (head, chunks) in Damaged())
        {
            (_bench.Memory.Head, var before) = (head, _bench.Logs.Lines.Count(IsIgnored));
            foreach (var (key, chunk) in chunks)
            {
                _bench.Memory.Chunks[key] = chunk;
            }

            var replica = await _bench.StartAsync();

            replica.Progress.StartedFrom.ShouldBeNull();
            replica.Marks.ShouldBe(whole.Marks);
            (_bench.Logs.Lines.Count(IsIgnored) - before).ShouldBe(1);
        }

        IEnumerable<(byte[] Head, Dictionary<(Guid, int), byte[]> Chunks)> Damaged()
        {
            var (head, chunks) = (_bench.Memory.Head!, _bench.Memory.Chunks.ToDictionary());
            foreach (var bad in DamagesOf(head))
            {
                yield return (bad, []);
            }

            foreach (var (key, chunk) in chunks)
            {
                foreach (var bad in DamagesOf(chunk))
                {
                    yield return (head, new(chunks) { [key] = bad });
                }
            }
        }
    }

    [Fact]
    public async Task Missing_chunk_costs_no_revocation()
    {
        var whole = await WriteAsync();
        _bench.Memory.Chunks.Remove(_bench.Memory.Chunks.Keys.Single(key => key.Number == 1));

        (await _bench.StartAsync()).Marks.ShouldBe(whole.Marks);
    }

    [Fact]
    public async Task Writers_that_write_at_once_leave_one_whole_snapshot()
    {
        var (first, second) = (await WriteAsync(), await _bench.StartAsync());
        var isNested = false;
        _bench.Memory.Writing = number =>
        {
            if (number == 1 && !isNested)
            {
                isNested = true;
                second.Writer.TurnAsync(CancellationToken.None).GetAwaiter().GetResult().ShouldBeTrue();
            }
        };

        (await first.Writer.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        isNested.ShouldBeTrue();
        var replica = await _bench.StartAsync();
        replica.Progress.StartedFrom.ShouldBe("memory");
        replica.Marks.ShouldBe(first.Marks);
    }

    [Fact]
    public async Task Writer_that_fails_in_the_middle_leaves_the_previous_snapshot()
    {
        var replica = await WriteAsync();
        var head = _bench.Memory.Head;
        _bench.Memory.Writing = number => throw new IOException("full");

        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeFalse();

        _bench.Memory.Head.ShouldBe(head);
        _bench.Logs.Lines.Count(line => line.Contains(" 318: ", StringComparison.Ordinal)
            && line.Contains("full", StringComparison.Ordinal)).ShouldBe(1);
        (await _bench.StartAsync()).Progress.StartedFrom.ShouldBe("memory");
    }

    [Fact]
    public async Task What_changes_after_the_snapshot_and_while_it_is_written_is_in_effect()
    {
        var replica = await WriteAsync();
        _bench.Memory.Writing = number =>
        {
            if (number != 1)
            {
                return;
            }

            // The tokens are written, the groups are not yet.
            _bench.Log.Append(
            [
                _bench.Entry(RevocationKind.Jti, "token", operation: RevocationOperation.Restore),
                _bench.Entry(RevocationKind.Jti, "during"),
                _bench.Entry(RevocationKind.Sub, "alice", operation: RevocationOperation.Restore),
                _bench.Entry(RevocationKind.Sub, "alice", before: 5),
            ]);
            replica.Follower.TurnAsync(CancellationToken.None).GetAwaiter().GetResult().ShouldBeTrue();
        };
        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        _bench.Log.Append(
            [
                _bench.Entry(RevocationKind.Sid, "session", operation: RevocationOperation.Restore),
                _bench.Entry(RevocationKind.Jti, "after")]);
        await replica.Follower.TurnAsync(CancellationToken.None);

        var started = await _bench.StartAsync();

        started.Progress.StartedFrom.ShouldBe("memory");
        started.Marks.Where(IsRevoked).ShouldBe(replica.Marks.Where(IsRevoked));
        started.IsRevoked(RevocationKind.Jti, "token").ShouldBeFalse();
        started.IsRevoked(RevocationKind.Sid, "session").ShouldBeFalse();
        started.IsRevoked(RevocationKind.Jti, "during").ShouldBeTrue();
        started.IsRevoked(RevocationKind.Jti, "after").ShouldBeTrue();
    }

    [Theory]
    [InlineData(8, "of version 2")]
    // The writer had skipped an entry, and knew fewer kinds than this version.
    [InlineData(10, "older version")]
    // The writer's clock was ahead, so it may have left out entries that are live.
    [InlineData(112, "clock")]
    public async Task Snapshot_that_may_lack_a_revocation_is_ignored(int offset, string why)
    {
        var whole = await WriteAsync();
        var head = _bench.Memory.Head!;
        switch (offset)
        {
            case 8:
                BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), 2);
                break;
            case 10:
                BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), 0);
                BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(116), 1);
                break;
            default:
                BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(112), (uint)RevocationClock.MinuteOf(_bench.Clock.GetUtcNow()) + 1);
                break;
        }

        SHA256.HashData(head.AsSpan(..^32), head.AsSpan(^32..));

        var replica = await _bench.StartAsync();

        replica.Progress.StartedFrom.ShouldBeNull();
        replica.Marks.ShouldBe(whole.Marks);
        _bench.Logs.Lines.Where(IsIgnored).ShouldHaveSingleItem().ShouldContain(why);
    }

    [Theory]
    // The log has lost everything, its end, or was replaced by another one with the same ids.
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(0, 20)]
    public async Task Snapshot_of_another_log_is_ignored(int kept, int others)
    {
        await WriteAsync();
        _bench.Log.Replace(kept, [.. Enumerable.Range(0, others).Select(i => _bench.Entry(RevocationKind.Jti, $"other-{i}"))]);

        var replica = await _bench.StartAsync();

        replica.Progress.StartedFrom.ShouldBeNull();
        replica.IsRevoked(RevocationKind.Jti, "token").ShouldBe(kept > 0);
        replica.IsRevoked(RevocationKind.Client, "app").ShouldBeFalse();
        replica.List.Set.Count.ShouldBe(kept + others);
        _bench.Logs.Lines.Where(IsIgnored).ShouldHaveSingleItem().ShouldContain("does not have the entry");
    }

    [Fact]
    public async Task Snapshot_is_not_written_while_lost_entries_are_put_back_and_is_written_anew_afterwards()
    {
        var replica = await WriteAsync();
        var before = SnapshotHead.Read(_bench.Memory.Head);
        _bench.Log.Lose(kept: 1);
        await replica.Follower.TurnAsync(CancellationToken.None);
        replica.Follower.IsPuttingBack.ShouldBeTrue();

        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        while (replica.Follower.IsPuttingBack)
        {
            await replica.Follower.TurnAsync(CancellationToken.None);
        }

        await replica.Follower.TurnAsync(CancellationToken.None);
        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeTrue();

        SnapshotHead.Read(_bench.Memory.Head).Id.ShouldNotBe(before.Id);
        var started = await _bench.StartAsync();
        started.Progress.StartedFrom.ShouldBe("memory");
        started.IsRevoked(RevocationKind.Client, "app").ShouldBeTrue();
    }

    private static DateTimeOffset At(int minute) => DateTimeOffset.FromUnixTimeSeconds(RevocationClock.ExpiresOf(minute) + 300);

    // Of a name that was restored and revoked again on one page, a replica does not remember that it was restored.
    private static bool IsRevoked(string mark) => !mark.StartsWith(nameof(SnapshotTable.Restored), StringComparison.Ordinal);

    private static bool IsIgnored(string line) => line.Contains(" 316: ", StringComparison.Ordinal);

    /// <summary>One with a bit or all bits of a byte changed, or cut after it, for each byte.</summary>
    private static IEnumerable<byte[]> DamagesOf(byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (byte bits in (byte[])[0x01, 0x80, 0xff])
            {
                var bad = bytes.ToArray();
                bad[i] ^= bits;
                yield return bad;
            }

            // An empty head is none at all.
            yield return bytes[..Math.Max(i, 1)];
        }

        yield return [.. bytes, 0];
    }

    /// <summary>A list with something in each table, and a snapshot of it.</summary>
    private async Task<SnapshotBench.Replica> WriteAsync()
    {
        _bench.Log.Append(
        [
            _bench.Entry(RevocationKind.Jti, "token"), _bench.Entry(RevocationKind.Sub, "alice", before: 1_900_000_000),
            _bench.Entry(RevocationKind.Sid, "session"),
            _bench.Entry(RevocationKind.Jti, "forgiven"),
            _bench.Entry(RevocationKind.Jti, "forgiven", operation: RevocationOperation.Restore),
            _bench.Entry(RevocationKind.Client, "app", before: 1_900_000_000),
        ]);
        var replica = await _bench.StartAsync();
        (await replica.Writer.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        return replica;
    }
}
