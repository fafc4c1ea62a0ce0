using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Revocation;

/// <summary>What both logs promise: entries come back as they went in, in order, from any position.</summary>
public sealed class RevocationLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("revocations-");
    private readonly ShiftedClock _clock = new();

    private long Later => _clock.GetUtcNow().ToUnixTimeSeconds() + 3600;

    public static TheoryData<string> Stores => ["Memory", "Sqlite"];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Empty_log_has_one_empty_page(string store)
    {
        var page = await Create(store).ReadAfterAsync(default, CancellationToken.None);

        page.Entries.ShouldBeEmpty();
        page.Position.ShouldBe(default);
        page.IsLast.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Entries_come_back_whole_and_in_order(string store)
    {
        var log = Create(store);
        RevocationEntry[] entries =
        [
            .. Enum.GetValues<RevocationKind>().Select(
                kind => new RevocationEntry(kind, "https://idp.example.com", $"value of {kind}", Later)),
            new(
                RevocationKind.Sub, "issuer", "Zoë 😀 ' OR 1=1;--\r\n\0", Later, Before: Later - 7200, RevocationOperation.Restore, "left",
                "ops"),
        ];

        await log.AppendAsync(entries, CancellationToken.None);

        var page = await log.ReadAfterAsync(default, CancellationToken.None);
        page.Entries.Select(entry => entry with { At = null }).ShouldBe(entries);
        page.Entries.ShouldAllBe(entry => entry.At > 0);
        page.IsLast.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Reading_goes_on_from_the_position(string store)
    {
        var log = Create(store);
        await log.AppendAsync([Entry("a"), Entry("b")], CancellationToken.None);
        var first = await log.ReadAfterAsync(default, CancellationToken.None);

        await log.AppendAsync([Entry("c")], CancellationToken.None);
        var second = await log.ReadAfterAsync(first.Position, CancellationToken.None);

        second.Entries.Select(entry => entry.Value).ShouldBe(["c"]);
        second.Position.First.ShouldBeGreaterThan(first.Position.First);
        (await log.ReadAfterAsync(second.Position, CancellationToken.None)).Entries.ShouldBeEmpty();
        (await log.ReadAfterAsync(second.Position, CancellationToken.None)).Position.ShouldBe(second.Position);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Two_readers_read_independently(string store)
    {
        var log = Create(store);
        await log.AppendAsync([Entry("a")], CancellationToken.None);

        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Count.ShouldBe(1);
        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Waiting_ends_by_itself_and_by_cancellation(string store)
    {
        var log = Create(store);
        await log.WaitForChangeAsync(CancellationToken.None);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await log.WaitForChangeAsync(cancelled.Token));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Concurrent_writers_lose_nothing(string store)
    {
        var log = Create(store);
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                await log.AppendAsync([Entry($"{writer}-{i}")], CancellationToken.None);
            }
        }));
        await Task.WhenAll(writers);

        var page = await log.ReadAfterAsync(default, CancellationToken.None);
        page.Entries.Select(entry => entry.Value).Distinct().Count().ShouldBe(40);
    }

    private RevocationEntry Entry(string value) => new(RevocationKind.Jti, "issuer", value, Later);

    private IRevocationLog Create(string store) => store == "Memory"
        ? new MemoryRevocationLog(_clock)
        : new SqliteRevocationLog(Path.Combine(_folder.FullName, "revocations.db"), _clock);
}
