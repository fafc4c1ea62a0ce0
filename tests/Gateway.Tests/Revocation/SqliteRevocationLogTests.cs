using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Data.Sqlite;

namespace Gateway.Tests.Revocation;

/// <summary>The file outlives the process, is shared with the command line, and does not grow for ever.</summary>
public sealed class SqliteRevocationLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("revocations-");
    private readonly ShiftedClock _clock = new();

    private string Database => Path.Combine(_folder.FullName, "data", "deeper", "revocations.db");

    private long Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Folder_and_file_are_made_on_first_use()
    {
        await Open().ReadAfterAsync(default, CancellationToken.None);

        File.Exists(Database).ShouldBeTrue();
    }

    [Fact]
    public async Task Entries_survive_a_restart()
    {
        await Open().AppendAsync([Entry("a", Now + 3600)], CancellationToken.None);
        SqliteConnection.ClearAllPools();

        var page = await Open().ReadAfterAsync(default, CancellationToken.None);
        page.Entries.ShouldHaveSingleItem().Value.ShouldBe("a");
    }

    [Fact]
    public async Task Entry_of_another_writer_is_seen_after_the_position_of_the_first()
    {
        var gateway = Open();
        await gateway.AppendAsync([Entry("a", Now + 3600)], CancellationToken.None);
        var position = (await gateway.ReadAfterAsync(default, CancellationToken.None)).Position;

        await Open().AppendAsync([Entry("b", Now + 3600)], CancellationToken.None);

        (await gateway.ReadAfterAsync(position, CancellationToken.None)).Entries.ShouldHaveSingleItem().Value.ShouldBe("b");
    }

    [Fact]
    public async Task Entries_are_deleted_an_hour_after_their_expiry_and_positions_go_on()
    {
        var log = Open();
        await log.AppendAsync([Entry("short", Now + 60), Entry("long", Now + 86_400)], CancellationToken.None);
        var position = (await log.ReadAfterAsync(default, CancellationToken.None)).Position;

        _clock.Advance(TimeSpan.FromMinutes(59));
        await log.AppendAsync([Entry("next", Now + 60)], CancellationToken.None);
        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Count.ShouldBe(3);

        _clock.Advance(TimeSpan.FromMinutes(3));
        await log.AppendAsync([Entry("last", Now + 60)], CancellationToken.None);
        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Select(entry => entry.Value).ShouldBe(["long", "next", "last"]);
        (await log.ReadAfterAsync(position, CancellationToken.None)).Entries.Select(entry => entry.Value).ShouldBe(["next", "last"]);
    }

    [Fact]
    public async Task Clock_that_jumps_a_day_ahead_and_back_deletes_nothing()
    {
        var log = Open();
        await log.AppendAsync([Entry("kept", Now + 3600)], CancellationToken.None);

        _clock.Jump(TimeSpan.FromDays(1));
        await log.AppendAsync([Entry("meanwhile", Now + 3600)], CancellationToken.None);
        _clock.Jump(TimeSpan.FromDays(-1));

        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.Select(entry => entry.Value).ShouldBe(["kept", "meanwhile"]);
    }

    [Fact]
    public async Task Position_is_never_used_again_after_everything_was_deleted()
    {
        var log = Open();
        await log.AppendAsync([Entry("a", Now), Entry("b", Now)], CancellationToken.None);
        var position = (await log.ReadAfterAsync(default, CancellationToken.None)).Position;
        _clock.Advance(TimeSpan.FromHours(2));

        await log.AppendAsync([Entry("c", Now - 86_400)], CancellationToken.None);
        await log.AppendAsync([Entry("d", Now + 60)], CancellationToken.None);

        (await log.ReadAfterAsync(position, CancellationToken.None)).Entries.ShouldHaveSingleItem().Value.ShouldBe("d");
    }

    [Fact]
    public async Task Long_log_is_read_in_pages()
    {
        var log = Open();
        await log.AppendAsync([.. Enumerable.Range(0, 10_001).Select(i => Entry($"{i}", Now + 3600))], CancellationToken.None);

        var first = await log.ReadAfterAsync(default, CancellationToken.None);
        var second = await log.ReadAfterAsync(first.Position, CancellationToken.None);

        first.IsLast.ShouldBeFalse();
        first.Entries.Count.ShouldBe(10_000);
        second.IsLast.ShouldBeTrue();
        second.Entries.ShouldHaveSingleItem().Value.ShouldBe("10000");
    }

    [Fact]
    public async Task Failed_append_leaves_nothing_behind()
    {
        var log = Open();
        await Should.ThrowAsync<Exception>(async () =>
            await log.AppendAsync([Entry("a", Now + 60), Entry(null!, Now + 60)], CancellationToken.None));

        (await log.ReadAfterAsync(default, CancellationToken.None)).Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task File_that_is_no_database_is_a_fault_of_the_store()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        await File.WriteAllTextAsync(Database, new string('x', 4096));

        await Should.ThrowAsync<SqliteException>(async () => await Open().ReadAfterAsync(default, CancellationToken.None));
    }

    private static RevocationEntry Entry(string value, long expires) => new(RevocationKind.Jti, "issuer", value, expires);

    private SqliteRevocationLog Open() => new(Database, _clock);
}
