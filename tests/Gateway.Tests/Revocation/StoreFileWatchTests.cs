using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Revocation;

/// <summary>The store's file is read when it has changed, and about once a second at rest.</summary>
public sealed class StoreFileWatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("watch-");
    private readonly ManualClock _clock = new();

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
            await log.ReadAfterAsync(default, CancellationToken.None);
        }

        atRest.ShouldBe(12);
    }

    [Fact]
    public async Task Commit_through_another_connection_ends_the_wait_before_the_next_poll()
    {
        using var log = new SqliteRevocationLog(Store, _clock);
        await FollowAsync(log);
        await AppendAsync("first");

        (await WaitAsync(log)).ShouldBeLessThan(TimeSpan.FromSeconds(1));

        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Single().Value.ShouldBe("first");
    }

    private async Task<TimeSpan> WaitAsync(SqliteRevocationLog log)
    {
        var start = _clock.GetUtcNow();
        var wait = log.WaitForChangeAsync(CancellationToken.None).AsTask();
        await Eventually.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(wait.IsCompleted ? 0 : 20));
                return wait.IsCompleted;
            },
            "the wait is over");
        return _clock.GetUtcNow() - start;
    }

    private static async Task FollowAsync(SqliteRevocationLog log)
    {
        await log.ReadAfterAsync(default, CancellationToken.None);
        await log.WaitForChangeAsync(CancellationToken.None);
        await log.ReadAfterAsync(default, CancellationToken.None);
    }

    private async Task AppendAsync(string value)
    {
        using var writer = new SqliteRevocationLog(Store, _clock);
        await writer.AppendAsync(
            [new RevocationEntry(RevocationKind.Jti, "issuer", value, _clock.GetUtcNow().ToUnixTimeSeconds() + 3600)],
            CancellationToken.None);
    }
}
