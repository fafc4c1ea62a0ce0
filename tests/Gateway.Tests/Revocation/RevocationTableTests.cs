using FsCheck;
using FsCheck.Fluent;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Revocation;

/// <summary>The compact table says what a dictionary would, at every moment and to every reader.</summary>
public sealed class RevocationTableTests
{
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Table_agrees_with_a_dictionary_after_every_step(bool hasCutOffs)
    {
        // 24 names in one segment, all of which begin their search at one place.
        var step = from what in Gen.Elements("add", "add", "add", "replace", "remove", "expire")
                   from name in Gen.Choose(0, 23)
                   from minute in Gen.Choose(2, 30)
                   from cutOff in Gen.Choose(0, 3)
                   select new Step(what, name, minute, hasCutOffs ? cutOff : long.MaxValue);
        Prop.ForAll(Gen.ListOf(step).ToArbitrary(), steps =>
        {
            var table = new RevocationTable(hasCutOffs);
            var model = new Dictionary<int, (int Minute, long CutOff)>();
            var firstLive = 2;
            foreach (var (what, name, asked, cutOff) in steps)
            {
                var minute = Math.Max(asked, firstLive);
                var isKnown = model.TryGetValue(name, out var known);
                var rejectsMore = !isKnown || known.CutOff < cutOff;
                switch (what)
                {
                    case "add":
                        table.Add(KeyOf(name), RevocationKind.Sid, asked, cutOff).ShouldBe(rejectsMore);
                        model[name] = isKnown ? (Math.Max(known.Minute, minute), Math.Max(known.CutOff, cutOff)) : (minute, cutOff);
                        break;
                    case "replace":
                        table.Replace(KeyOf(name), RevocationKind.Sid, asked, cutOff).ShouldBe(rejectsMore);
                        model[name] = (minute, cutOff);
                        break;
                    case "remove":
                        table.Remove(KeyOf(name));
                        model.Remove(name);
                        break;
                    default:
                        firstLive = Math.Max(firstLive, asked);
                        table.Expire(asked);
                        foreach (var (gone, _) in model.Where(entry => entry.Value.Minute < firstLive).ToList())
                        {
                            model.Remove(gone);
                        }

                        break;
                }

                Agree(table, model);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Table_holds_what_it_is_given_and_gives_back_what_expires()
    {
        const int count = 200_000;
        var table = new RevocationTable(hasCutOffs: false);
        for (var i = 0; i < count; i++)
        {
            table.Add(Random(i), RevocationKind.Jti, 100 + (i % 7), long.MaxValue);
        }

        table.Count.ShouldBe(count);
        Enumerable.Range(0, count).ShouldAllBe(i => Has(table, i));
        Enumerable.Range(count, count).ShouldAllBe(i => !Has(table, i));
        table.Expire(106);

        table.Count.ShouldBe(Enumerable.Range(0, count).Count(i => i % 7 == 6));
        Enumerable.Range(0, count).ShouldAllBe(i => Has(table, i) == (i % 7 == 6));
        Enumerable.Range(0, RevocationTable.Segments).Sum(segment => table.Live(segment).Count()).ShouldBe(table.Count);
    }

    [Fact]
    public async Task Reader_never_misses_a_name_that_is_there_while_others_come_and_go()
    {
        const int lasting = 2_000;
        var table = new RevocationTable(hasCutOffs: true);
        for (var i = 0; i < lasting; i++)
        {
            table.Add(Crowded(i), RevocationKind.Sid, RevocationSegment.LastMinute, i);
        }

        var (minute, misses, reads, wrong) = (2, 0L, 0L, 0L);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (var i = 0; !done.IsCancellationRequested; i = (i + 1) % lasting)
            {
                var isThere = table.TryGet(Crowded(i), out var cutOff);
                Interlocked.Add(ref misses, isThere ? 0 : 1);
                Interlocked.Add(ref wrong, isThere && cutOff != i ? 1 : 0);
                Interlocked.Increment(ref reads);
            }
        })).ToArray();

        var start = TimeProvider.System.GetTimestamp();
        for (var round = 1; TimeProvider.System.GetElapsedTime(start) < Reading || Interlocked.Read(ref reads) < 10 * lasting; round++)
        {
            // Segments grow, places are taken again, and segments shrink.
            for (var i = 0; i < 5_000; i++)
            {
                table.Add(Crowded(lasting + (round * 5_000) + i), RevocationKind.Sid, minute + (i % 3), -1);
                table.Remove(Crowded(lasting + (round * 5_000) + (i / 2)));
            }

            table.Expire(++minute);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        misses.ShouldBe(0, $"of {reads}");
        wrong.ShouldBe(0, $"of {reads}");
    }

    [Fact]
    public async Task Copy_for_a_snapshot_has_every_lasting_name_once_and_no_mixture_of_two_while_others_come_and_go()
    {
        const int lasting = 2_000;
        var table = new RevocationTable(hasCutOffs: true);
        // The cut-off tells the name, so that a record of two names is found.
        void Add(int name, int minute) => table.Add(Crowded(name), RevocationKind.Sid, minute, -name);
        for (var i = 0; i < lasting; i++)
        {
            Add(i, RevocationSegment.LastMinute);
        }

        var (minute, copies, wrong) = (2, 0L, 0L);
        using var done = new CancellationTokenSource();
        var copying = Task.Run(() =>
        {
            var marks = new List<RevocationMark>();
            while (!done.IsCancellationRequested)
            {
                marks.Clear();
                for (var segment = 0; segment < RevocationTable.Segments; segment++)
                {
                    table.CopyLive(segment, marks);
                }

                Interlocked.Add(ref wrong, marks.Count(mark => mark.Key != Crowded((int)-mark.CutOff)));
                Interlocked.Add(ref wrong, marks.Where(mark => mark.CutOff > -lasting).Distinct().Count() == lasting ? 0 : 1);
                Interlocked.Add(ref wrong, marks.Count(mark => mark.CutOff > -lasting) == lasting ? 0 : 1);
                Interlocked.Increment(ref copies);
            }
        });

        var start = TimeProvider.System.GetTimestamp();
        for (var round = 1; TimeProvider.System.GetElapsedTime(start) < Reading || Interlocked.Read(ref copies) < 20; round++)
        {
            for (var i = 0; i < 5_000; i++)
            {
                Add(lasting + (round * 5_000) + i, minute + (i % 3));
                table.Remove(Crowded(lasting + (round * 5_000) + (i / 2)));
            }

            table.Expire(++minute);
        }

        await done.CancelAsync();
        await copying;
        wrong.ShouldBe(0, $"of {copies} copies");
    }

    [Fact]
    public async Task Version_is_never_newer_than_what_its_reader_saw()
    {
        var table = new RevocationSet();
        var written = 0;
        var tooNew = 0L;
        var writer = Task.Run(() =>
        {
            for (var i = 1; i <= 20_000; i++)
            {
                table.Apply(new RevocationEntry(RevocationKind.Jti, "issuer", $"{i}", long.MaxValue));
                Volatile.Write(ref written, i);
            }
        });

        // Each change is one step of the version, so a version tells which names must be there.
        while (!writer.IsCompleted)
        {
            var version = table.Version;
            var entry = new RevocationEntry(RevocationKind.Jti, "issuer", $"{version}", long.MaxValue);
            tooNew += version == 0 || table.Covers(new RevocationMark(entry.Key, entry.Kind, 2, long.MaxValue)) ? 0 : 1;
        }

        await writer;
        tooNew.ShouldBe(0);
        table.Version.ShouldBe(written);
    }

    private static void Agree(RevocationTable table, Dictionary<int, (int Minute, long CutOff)> model)
    {
        table.Count.ShouldBe(model.Count);
        for (var name = 0; name < 24; name++)
        {
            var isKnown = model.TryGetValue(name, out var known);
            table.TryGet(KeyOf(name), out var cutOff).ShouldBe(isKnown);
            if (isKnown)
            {
                cutOff.ShouldBe(known.CutOff);
                table.Covers(KeyOf(name), known.Minute, known.CutOff).ShouldBeTrue();
                table.Covers(KeyOf(name), known.Minute + 1, known.CutOff).ShouldBeFalse();
            }
        }

        table.Live(0).OrderBy(mark => mark.Key.High)
            .ShouldBe(
                model.OrderBy(entry => entry.Key).Select(
                    entry => new RevocationMark(KeyOf(entry.Key), RevocationKind.Sid, entry.Value.Minute, entry.Value.CutOff)));
    }

    private static bool Has(RevocationTable table, int name) => table.TryGet(Random(name), out _);

    private static RevocationKey KeyOf(int name) => new((ulong)name, 0);

    /// <summary>A key among those of four segments.</summary>
    private static RevocationKey Crowded(int name) => Random(name) with { High = Random(name).High & 0xC00F_FFFF_FFFF_FFFF };

    private static RevocationKey Random(int name) => RevocationKey.Of(RevocationKind.Jti, "issuer", $"{name}");

    private readonly record struct Step(string What, int Name, int Minute, long CutOff);
}
