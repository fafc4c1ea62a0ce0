using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Revocation;

/// <summary>The store's file is read when it has changed, and about once a second at rest.</summary>
public sealed class StoreFileWatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("watch-");
    private readonly ManualClock _clock = new();
    private LogPosition _position;

    private string Store => Path.Combine(_folder.FullName, "revocations.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task At_rest_the_file_is_read_once_a_second()
    {
        using var log = new SqliteRevocationLog(Store, _clock);
        await FollowAsync(log);

        // The file was written when it was created, and again when the first connection to it was closed.
        var atRest = 0;
        for (var i = 0; i < 400 && atRest < 12; i++)
        {
            atRest = await WaitAsync(log) >= TimeSpan.FromSeconds(1) ? atRest + 1 : 0;
            await ReadAsync(log);
        }

        atRest.ShouldBe(12);
    }

    [Fact]
    public async Task Short_limit_of_staleness_makes_the_file_read_as_often_as_it_needs()
    {
        var checkEvery = TimeSpan.FromMilliseconds(240);
        using var log = new SqliteRevocationLog(Store, _clock, () => checkEvery);
        await FollowAsync(log);

        var longest = TimeSpan.Zero;
        for (var i = 0; i < 150; i++)
        {
            var waited = await WaitAsync(log, step: 40);
            await ReadAsync(log);
            longest = waited > longest ? waited : longest;
        }

        longest.ShouldBeInRange(checkEvery, TimeSpan.FromMilliseconds(999));
    }

    [Fact]
    public async Task Commit_through_another_connection_ends_the_wait_before_the_next_poll()
    {
        using var log = new SqliteRevocationLog(Store, _clock);
        await FollowAsync(log);

        await ShouldReportAsync(log, Store);
    }

    [Fact]
    public async Task Commit_to_the_target_of_a_link_is_reported()
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder.FullName, "volume")).FullName;
        File.CreateSymbolicLink(Store, Path.Combine(target, "store.db"));
        using var log = new SqliteRevocationLog(Store, _clock);
        await FollowAsync(log);

        await ShouldReportAsync(log, Path.Combine(target, "store.db"));
    }

    [Fact]
    public async Task Folder_that_takes_the_place_of_another_is_watched_once_an_entry_was_found_in_it()
    {
        var data = Path.Combine(_folder.FullName, "data");
        var store = Path.Combine(data, "revocations.db");
        Directory.CreateDirectory(data);
        using var log = new SqliteRevocationLog(store, _clock);
        await FollowAsync(log);

        await RestAsync(log);
        Directory.Move(data, data + ".old");
        Directory.CreateDirectory(data);
        await AppendAsync(store, "found");
        while ((await ReadAsync(log)).Count == 0)
        {
            await WaitAsync(log);
        }

        await WaitAsync(log);
        await ReadAsync(log);
        await ShouldReportAsync(log, store);
    }

    private async Task ShouldReportAsync(SqliteRevocationLog log, string store)
    {
        await RestAsync(log);
        await AppendAsync(store, "first");
        (await WaitAsync(log, step: 2)).ShouldBeLessThan(TimeSpan.FromSeconds(1));

        (await ReadAsync(log)).Single().Value.ShouldBe("first");
    }

    /// <summary>Until only the interval of polling ends a wait.</summary>
    private async Task RestAsync(SqliteRevocationLog log)
    {
        while (await WaitAsync(log) < TimeSpan.FromSeconds(1))
        {
            await ReadAsync(log);
        }
    }

    private async Task<TimeSpan> WaitAsync(SqliteRevocationLog log, int step = 200)
    {
        var start = _clock.GetUtcNow();
        var wait = log.WaitForChangeAsync(CancellationToken.None).AsTask();
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(wait.IsCompleted ? 0 : step));
                return wait.IsCompleted;
            },
            "the wait is over");
        return _clock.GetUtcNow() - start;
    }

    private async Task FollowAsync(SqliteRevocationLog log)
    {
        await ReadAsync(log);
        await log.WaitForChangeAsync(CancellationToken.None);
        await ReadAsync(log);
    }

    private async Task<IReadOnlyList<RevocationEntry>> ReadAsync(SqliteRevocationLog log)
    {
        var page = await log.ReadAfterAsync(_position, CancellationToken.None);
        _position = page.Position;
        return page.Entries;
    }

    private async Task AppendAsync(string store, string value)
    {
        using var writer = new SqliteRevocationLog(store, _clock);
        await writer.AppendAsync(
            [new RevocationEntry(RevocationKind.Jti, "issuer", value, _clock.GetUtcNow().ToUnixTimeSeconds() + 3600)],
            CancellationToken.None);
    }
}
