using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Redis;
using Gateway.Testing;
using Gateway.Testing.Drills;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.IntegrationTests.Redis;

/// <summary>
/// The list is fresh only while it is read from the primary. A replaced primary continues to answer every client that still reaches it. A
/// token that is revoked at its successor must not pass for longer than <c>MaxStaleness</c>.
/// </summary>
public sealed class RedisPrimaryTests
{
    // As RedisGateways configures it. The additional second is for requests that a loaded machine sends late.
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Observed = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("demoted")]
    [InlineData("demoted, writable replica")]
    [InlineData("demoted, replica of its replica")]
    [InlineData("still a primary, too few replicas")]
    public async Task Old_primary_that_alone_can_be_reached_does_not_keep_the_list_fresh(string how)
    {
        await using var all = await RedisGateways.StartAsync(1);
        await using var successor = await StartReplicaAsync(all.Redis);
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);

        switch (how)
        {
            case "demoted":
                await successor.PromoteAsync();
                await all.Redis.FollowDeadPortAsync();
                break;
            case "demoted, writable replica":
                await all.Redis.CommandAsync("CONFIG", "SET", "replica-read-only", "no");
                await successor.PromoteAsync();
                await all.Redis.FollowDeadPortAsync();
                break;
            case "demoted, replica of its replica":
                await all.Redis.FollowAsync(successor);
                await successor.FollowDeadPortAsync();
                break;
            default:
                await all.Redis.CommandAsync("CONFIG", "SET", "min-replicas-to-write", "1");
                await successor.PromoteAsync();
                break;
        }

        // The successor accepts the write in each case except the third, in which both are replicas.
        await AppendAsync(successor, all, "stolen");
        await ShouldNotPassLaterThanMaxStalenessAsync(all, token);
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.ServiceUnavailable);

        await all.Redis.CommandAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await all.Redis.PromoteAsync();
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Replica_that_is_promoted_while_the_old_primary_is_connected_is_found()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var successor = await StartReplicaAsync(all.Redis);
        await StartOnAsync(all, $"{all.Redis.Connection},{successor.Connection}");
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);

        await successor.PromoteAsync();
        await all.Redis.FollowDeadPortAsync();
        await AppendAsync(successor, all, "stolen");

        await ShouldNotPassLaterThanMaxStalenessAsync(all, token);
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_members_that_both_are_primaries_are_neither_read_nor_written()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var successor = await StartReplicaAsync(all.Redis);
        await StartOnAsync(all, $"{all.Redis.Connection},{successor.Connection}");
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);

        await successor.PromoteAsync();
        await AppendAsync(successor, all, "stolen");

        await ShouldNotPassLaterThanMaxStalenessAsync(all, token);
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        all[0].Logs.Lines.ShouldContain(
            line => line.Contains("several of Redis' members report that they are the primary", StringComparison.Ordinal));

        await all.Redis.FollowAsync(successor);
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revocation_that_a_replaced_primary_takes_is_not_acknowledged()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var successor = await StartReplicaAsync(all.Redis);
        await StartOnAsync(all, $"{all.Redis.Connection},{successor.Connection}");

        await successor.PromoteAsync();
        // Before the next periodic check of the roles: what the old primary takes from now on is lost when it becomes a replica.
        var answer = await all[0].RevokeAsync("""{ "kind": "jti", "value": "stolen" }""");

        answer.Status.ShouldBe(503);
    }

    /// <summary>The client may find a new primary by itself, on the same connection.</summary>
    [Fact]
    public async Task Write_is_not_confirmed_by_another_primary_than_the_one_that_took_it()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var successor = await StartReplicaAsync(primary);
        await using var redis = new RedisConnection(
            new RedisSettings
            {
                Connection = $"{primary.Connection},{successor.Connection}",
                Name = "Redis",
                PasswordFile = null,
                KeyPrefix = "",
                Timeout = TimeSpan.FromSeconds(5),
                Authorities = null,
                Certificate = null,
            },
            static () => TimeSpan.FromHours(1), TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var cancel = TestContext.Current.CancellationToken;

        var write = await redis.BeginWriteAsync(cancel);
        await redis.CallAsync(database => database.StringSetAsync("taken", "1"), cancel);
        await redis.ConfirmWriteAsync(write, cancel);
        await successor.PromoteAsync();
        await primary.FollowAsync(successor);
        await Eventually.TrueAsync(
            async () =>
            {
                await write.Link!.Multiplexer.ConfigureAsync();
                return !write.Link.Multiplexer.GetServer(successor.Connection).IsReplica
                    && write.Link.Multiplexer.GetServer(primary.Connection).IsReplica;
            },
            "the client has found the new primary");

        (await Should.ThrowAsync<RedisUnavailableException>(() => redis.ConfirmWriteAsync(write, cancel)))
            .Fault.ShouldBe(RedisFault.NotConfirmed);
        await redis.ConfirmWriteAsync(await redis.BeginWriteAsync(cancel), cancel);
    }

    [Fact]
    public async Task Gateway_reconnects_when_its_address_leads_to_another_server_and_the_old_one_stops_being_primary()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await using var successor = await StartReplicaAsync(all.Redis);
        await using var address = SlowLink.To(all.Redis);
        await StartOnAsync(all, address.Connection);
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);

        await successor.PromoteAsync();
        await all.Redis.FollowDeadPortAsync();
        address.LeadTo(successor);
        await AppendAsync(successor, all, "stolen");

        await ShouldNotPassLaterThanMaxStalenessAsync(all, token);
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Key_that_an_old_primary_lacks_is_not_taken_for_not_revoked(bool isWritable)
    {
        await using var all = await RedisGateways.StartAsync(1, configuration => configuration
            .With("Gateway:Revocation:Store", JsonValue.Create("Memory"))
            .With("Gateway:Revocation:Lookup", """{ "Keys": ["revoked:{jti}"] }"""));
        await using var successor = await StartReplicaAsync(all.Redis);
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK);

        await all.Redis.CommandAsync("CONFIG", "SET", "replica-read-only", isWritable ? "no" : "yes");
        await successor.PromoteAsync();
        await all.Redis.FollowDeadPortAsync();
        await successor.CommandAsync("SET", "revoked:stolen", "1");

        await ShouldNotPassLaterThanMaxStalenessAsync(all, token);
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Primary_with_a_full_disk_is_still_read()
    {
        await using var redis = await RedisServer.StartAsync(null, "--enable-protected-configs", "yes");
        await using var all = await RedisGateways.StartAsync(0);
        await StartOnAsync(all, redis.Connection);
        var token = all.Issuer.Token().Build();
        // A child that cannot save makes Redis reject writes (MISCONF).
        await redis.CommandAsync("CONFIG", "SET", "dir", "/proc");
        await redis.CommandAsync("CONFIG", "SET", "save", "1 1");
        await redis.CommandAsync("BGSAVE");
        await Eventually.TrueAsync(
            async () => (await redis.CommandAsync("SET", "x", "1")).StartsWith("MISCONF", StringComparison.Ordinal), "writes are rejected");

        var start = TimeProvider.System.GetTimestamp();
        do
        {
            (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);
        }
        while (TimeProvider.System.GetElapsedTime(start) < MaxStaleness + TimeSpan.FromSeconds(1));
    }

    private static async Task<RedisServer> StartReplicaAsync(RedisServer primary)
    {
        var replica = await RedisServer.StartAsync(null, "--replicaof", "127.0.0.1", primary.Port.ToString(CultureInfo.InvariantCulture));
        await replica.UntilFollowingAsync();
        return replica;
    }

    private static Task<TestGateway> StartOnAsync(RedisGateways all, string connection)
    {
        all.Configure = configuration => configuration.With("Gateway:Revocation:Redis:Connection", JsonValue.Create(connection));
        return all.AddAsync();
    }

    private static Task<string> AppendAsync(RedisServer server, RedisGateways all, string jti) => server.CommandAsync(
        "XADD", "gateway:revocations", "*", "kind", "jti", "issuer", all.Issuer.Issuer, "value", jti, "expires", "99999999999");

    /// <summary>Sends the token again and again. It has just been revoked where the gateway does not see it.</summary>
    private static async Task ShouldNotPassLaterThanMaxStalenessAsync(RedisGateways all, string token)
    {
        var revoked = TimeProvider.System.GetTimestamp();
        TimeSpan sent;
        do
        {
            sent = TimeProvider.System.GetElapsedTime(revoked);
            var status = await RedisGateways.StatusAsync(all[0], token);
            if (sent > MaxStaleness)
            {
                status.ShouldNotBe(HttpStatusCode.OK, $"{sent.TotalSeconds:0.00} s after it was revoked");
            }
        }
        while (sent < Observed);
    }
}
