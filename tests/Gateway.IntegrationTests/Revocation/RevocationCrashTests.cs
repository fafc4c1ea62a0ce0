using System.Globalization;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Data.Sqlite;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>A revocation that was acknowledged is there after the store's or the writer's death in the midst of others.</summary>
public sealed class RevocationCrashTests
{
    private const int KilledAfter = 3_000;
    private const int AtOnce = 50;

    [Fact]
    public async Task Redis_killed_amid_revocations_has_all_that_it_acknowledged()
    {
        await using var redis = await RedisServer.StartAsync();
        var acknowledged = new List<string>();
        await using (var connection = RedisRevocations.Connect(redis.Connection))
        {
            var log = RedisRevocations.Log(connection);
            var killing = Task.CompletedTask;
            try
            {
                for (var i = 0; i < 10_000 / AtOnce; i++)
                {
                    var some = Entries(i);
                    if (i * AtOnce == KilledAfter)
                    {
                        killing = Task.Run(redis.KillAsync);
                    }

                    await log.AppendAsync(some, CancellationToken.None);
                    acknowledged.AddRange(some.Select(entry => entry.Value));
                }
            }
            catch (RedisUnavailableException)
            {
                // Killed.
            }

            await killing;
        }

        acknowledged.Count.ShouldBeInRange(KilledAfter, 9_999);
        await redis.RestartAsync();
        await using var again = RedisRevocations.Connect(redis.Connection);
        acknowledged.Except(await ReadAsync(RedisRevocations.Log(again))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Writer_killed_amid_revocations_leaves_all_that_sqlite_acknowledged()
    {
        var folder = Directory.CreateTempSubdirectory("revocations-");
        var file = Path.Combine(folder.FullName, "revocations.db");

        var acknowledged = await SqliteWriter.RunAndKillAsync(file, after: 300);

        acknowledged.Count.ShouldBeInRange(300, 9_999);
        acknowledged.Except(await ReadAsync(new SqliteRevocationLog(file, TimeProvider.System))).ShouldBeEmpty();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    private static RevocationEntry[] Entries(int run) =>
    [
        .. Enumerable.Range(run * AtOnce, AtOnce).Select(i => new RevocationEntry(
            RevocationKind.Jti, "https://idp.test", i.ToString(CultureInfo.InvariantCulture),
            TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds())),
    ];

    private static async Task<HashSet<string>> ReadAsync(IRevocationLog log)
    {
        var found = new HashSet<string>();
        RevocationPage page = default;
        do
        {
            page = await log.ReadAfterAsync(page.Position, CancellationToken.None);
            found.UnionWith(page.Entries.Select(entry => entry.Value));
        }
        while (!page.IsLast);
        return found;
    }
}
