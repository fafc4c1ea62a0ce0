using System.Globalization;
using System.Net;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.IntegrationTests.Redis;

/// <summary>What Redis loses the replicas put back, once, however many they are.</summary>
public sealed class RedisLossTests
{
    private const string Stream = "gateway:revocations";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Entries_of_an_emptied_redis_are_put_back_once(bool isWrittenToAtOnce)
    {
        await using var all = await RedisGateways.StartAsync(2);
        using var losses = new MetricCapture(all[0], "gateway.revocation.lost");
        var values = Enumerable.Range(0, 40).Select(i => $"lost-{i}").ToList();
        foreach (var value in values)
        {
            await all.AppendAsync("jti", value, ring: false);
        }

        await all.AppendAsync("sub", "mallory");
        await all.AppendAsync("jti", "forgiven");
        await all.AppendAsync("jti", "forgiven", op: "restore");
        await all.AppendAsync("jti", "last");
        foreach (var gateway in (TestGateway[])[all[0], all[1]])
        {
            await RedisGateways.UntilAsync(gateway, Token(all, "last"), HttpStatusCode.Unauthorized);
        }

        await all.Redis.CommandAsync("FLUSHALL");
        if (isWrittenToAtOnce)
        {
            // Its id is larger than any that a replica has seen, so only what is missing before it tells.
            await all.AppendAsync("jti", "after");
        }

        await UntilPutBackAsync(all, 42 + (isWrittenToAtOnce ? 1 : 0));
        var late = await all.AddAsync();
        foreach (var value in (string[])[.. values, "last"])
        {
            (await RedisGateways.StatusAsync(late, Token(all, value))).ShouldBe(HttpStatusCode.Unauthorized, value);
        }

        (await RedisGateways.StatusAsync(late, all.Issuer.Token().With("sub", "mallory").Build())).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(late, Token(all, "forgiven"))).ShouldBe(HttpStatusCode.OK);
        (await RedisGateways.StatusAsync(late, Token(all, "never"))).ShouldBe(HttpStatusCode.OK);
        (await all.CommandAsync("revocations", "check", "jti", "lost-7", "--issuer", all.Issuer.Issuer)).Output.ShouldContain("Revoked until");
        all[0].Logs.Lines.Count(line => line.Contains(" 311: ", StringComparison.Ordinal)).ShouldBe(1);
        losses.Measurements.ShouldHaveSingleItem().ShouldBe("1 ");
    }

    [Theory]
    [InlineData("FLUSHALL")]
    // A replica took over that lacked the end alone.
    [InlineData("RENAME copy gateway:revocations")]
    public async Task What_was_acknowledged_here_and_lost_before_anybody_had_read_it_is_put_back_too(string loss)
    {
        await using var all = await RedisGateways.StartAsync(1);
        await all.AppendAsync("jti", "early");
        await RedisGateways.UntilAsync(all[0], Token(all, "early"), HttpStatusCode.Unauthorized);
        var follower = all[0].Services.GetServices<IHostedService>().OfType<RevocationFollower>().Single();
        await follower.StopAsync(TestContext.Current.CancellationToken);
        await all.Redis.CommandAsync("COPY", Stream, "copy");
        var log = all[0].Services.GetRequiredService<IRevocationLog>();
        var expires = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        RevocationEntry Entry(string value) => new(RevocationKind.Jti, all.Issuer.Issuer, value, expires);

        await log.AppendAsync([Entry("unread"), Entry("restored")], TestContext.Current.CancellationToken);
        await log.AppendAsync([Entry("restored") with { Operation = RevocationOperation.Restore }], TestContext.Current.CancellationToken);
        await all.Redis.CommandAsync(loss.Split(' '));
        await all.AppendAsync("jti", "after");
        await Eventually.TrueAsync(
            async () => await follower.TurnAsync(TestContext.Current.CancellationToken) && !follower.IsPuttingBack,
            "everything is put back");

        (await RedisGateways.StatusAsync(all[0], Token(all, "unread"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(all[0], Token(all, "restored"))).ShouldBe(HttpStatusCode.OK);
        var late = await all.AddAsync();
        (await RedisGateways.StatusAsync(late, Token(all, "unread"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(late, Token(all, "early"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Redis_that_comes_back_with_older_data_is_given_what_came_later_and_takes_nothing_back()
    {
        await using var all = await RedisGateways.StartAsync(2);
        await all.AppendAsync("jti", "early");
        await all.AppendAsync("jti", "forgiven");
        await all.AppendAsync("jti", "again");
        await all.AppendAsync("jti", "again", op: "restore");
        await all.Redis.CommandAsync("COPY", Stream, "copy");
        await all.AppendAsync("jti", "forgiven", op: "restore");
        await all.AppendAsync("jti", "again");
        await all.AppendAsync("jti", "late");
        foreach (var gateway in (TestGateway[])[all[0], all[1]])
        {
            await RedisGateways.UntilAsync(gateway, Token(all, "late"), HttpStatusCode.Unauthorized);
        }

        await all.Redis.CommandAsync("RENAME", "copy", Stream);

        // Two revocations and what was taken back.
        await UntilPutBackAsync(all, 4 + 3);
        foreach (var gateway in (TestGateway[])[all[0], all[1], await all.AddAsync()])
        {
            (await RedisGateways.StatusAsync(gateway, Token(all, "early"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await RedisGateways.StatusAsync(gateway, Token(all, "again"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await RedisGateways.StatusAsync(gateway, Token(all, "late"))).ShouldBe(HttpStatusCode.Unauthorized);
            (await RedisGateways.StatusAsync(gateway, Token(all, "forgiven"))).ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Replica_whose_clock_jumps_a_day_ahead_deletes_nothing()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var clock = new ShiftedClock();
        var connection = all[0].Services.GetRequiredService<RedisConnection>();
        var upkeep = new RedisUpkeep(connection, new RedisStream(connection), clock, NullLogger.Instance);
        await all.AppendAsync("jti", "kept");

        clock.Jump(TimeSpan.FromDays(1));
        clock.Advance(TimeSpan.FromMinutes(2));
        (await upkeep.LooksLostAsync(100, CancellationToken.None)).ShouldBeFalse();
        (await all.Redis.CommandAsync("XLEN", Stream)).ShouldBe("1");

        clock.Jump(TimeSpan.FromDays(-1));
        clock.Advance(TimeSpan.FromHours(3));
        (await upkeep.LooksLostAsync(100, CancellationToken.None)).ShouldBeFalse();
        (await all.Redis.CommandAsync("XLEN", Stream)).ShouldBe("0");
    }

    [Fact]
    public async Task Revocation_that_was_put_back_can_be_taken_back_by_its_name()
    {
        await using var all = await RedisGateways.StartAsync(1);
        await all.AppendAsync("sub", "alice");
        var token = all.Issuer.Token().With("sub", "alice").Build();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await all.Redis.CommandAsync("FLUSHALL");
        await UntilPutBackAsync(all, 1);

        (await all.CommandAsync("revocations", "restore", "sub", "alice")).ExitCode.ShouldBe(0);

        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK);
        (await all.CommandAsync("revocations", "list")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Memory_policy_that_may_drop_the_stream_is_reported_with_its_cure()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
        var safe = await all.AddAsync();
        await all.Redis.CommandAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var unsafeOne = await all.AddAsync();

        unsafeOne.Logs.Lines.Count(line => line.Contains("allkeys-lru", StringComparison.Ordinal)
            && line.Contains("noeviction", StringComparison.Ordinal)).ShouldBe(1);
        safe.Logs.Lines.ShouldAllBe(line => !line.Contains("noeviction", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revocation_is_acknowledged_when_enough_replicas_have_it_and_not_before()
    {
        await using var all = await RedisGateways.StartAsync(0, configuration =>
        {
            configuration["Gateway"]!["Revocation"]!["Redis"]!["WaitReplicas"] = 1;
            configuration["Gateway"]!["Revocation"]!["Redis"]!["Timeout"] = "00:00:02";
        });
        var alone = await all.CommandAsync("revoke", "jti", "alone");
        alone.ExitCode.ShouldBe(3);
        alone.Errors.ShouldContain("WaitReplicas");

        await using var replica =
            await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", all.Redis.Port.ToString(CultureInfo.InvariantCulture));
        await Eventually.TrueAsync(async () => await replica.CommandAsync("XLEN", Stream) == "1", "the replica has caught up");

        (await all.CommandAsync("revoke", "jti", "together")).ExitCode.ShouldBe(0);
        (await replica.CommandAsync("XLEN", Stream)).ShouldBe("2");
        await replica.HangAsync();
        (await all.CommandAsync("revoke", "jti", "late")).ExitCode.ShouldBe(3);
        await replica.ContinueAsync();
    }

    private static string Token(RedisGateways all, string id) => all.Issuer.Token().With("jti", id).Build();

    /// <summary>Waits until every gateway is done, and the stream has as many entries as that makes.</summary>
    private static async Task UntilPutBackAsync(RedisGateways all, int length)
    {
        foreach (var gateway in all.Gateways)
        {
            await Eventually.TrueAsync(
                () => gateway.Logs.Lines.Any(line => line.Contains(" 312: ", StringComparison.Ordinal)), "the entries are put back");
        }

        (await all.Redis.CommandAsync("XLEN", Stream)).ShouldBe($"{length}");
    }
}
