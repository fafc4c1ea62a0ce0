using Gateway.IntegrationTests.Management;

namespace Gateway.IntegrationTests.Redis;

/// <summary>An acknowledged revocation or restore is in effect on the replica that acknowledged it, with each store.</summary>
public sealed class AcknowledgedRevocationTests
{
    private const int Rounds = 25;

    [Theory]
    [InlineData("Memory")]
    [InlineData("Sqlite")]
    [InlineData("Redis")]
    public async Task Next_request_after_the_acknowledgement_obeys_it(string store)
    {
        await using var all = await RedisGateways.StartAsync(1, configuration =>
        {
            configuration["Gateway"]!["Revocation"]!["Store"] = store;
            if (store != "Redis")
            {
                configuration["Gateway"]!["Revocation"]!.AsObject().Remove("Redis");
            }
        });
        for (var i = 0; i < Rounds; i++)
        {
            var (id, token) = ($"round-{i}", all.Issuer.Token().With("jti", $"round-{i}").Build());
            await all[0].ShouldAnswerAsync(token, 200);
            (await all[0].RevokeAsync($$"""{ "kind": "jti", "value": "{{id}}" }""")).Status.ShouldBe(200);
            await all[0].ShouldAnswerAsync(token, 401);
            (await all[0].RestoreAsync($"?kind=jti&value={id}")).Status.ShouldBe(200);
            await all[0].ShouldAnswerAsync(token, 200);
            (await all[0].RevokeTokenAsync(("token", token))).Status.ShouldBe(200);
            await all[0].ShouldAnswerAsync(token, 401);
        }
    }

    [Fact]
    public async Task Many_acknowledged_at_once_are_each_in_effect()
    {
        await using var all = await RedisGateways.StartAsync(2);
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            var gateway = all[i % 2];
            var token = all.Issuer.Token().With("jti", $"one-of-many-{i}").Build();
            await gateway.ShouldAnswerAsync(token, 200);
            (await gateway.RevokeAsync($$"""{ "kind": "jti", "value": "one-of-many-{{i}}" }""")).Status.ShouldBe(200);
            await gateway.ShouldAnswerAsync(token, 401);
        });
    }

    [Fact]
    public async Task Revocation_that_is_stored_but_cannot_be_read_back_gets_202_and_is_not_lost()
    {
        await using var all = await RedisGateways.StartAsync(0);
        // The user may write but not read.
        await all.Redis.CommandAsync("ACL", "SETUSER", "default", "on", "nopass", "~*", "&*", "+@all");
        var gateway = await all.AddAsync();
        var token = all.Issuer.Token().With("jti", "kept").Build();
        await gateway.ShouldAnswerAsync(token, 200);
        await all.Redis.CommandAsync("ACL", "SETUSER", "default", "-xrange");

        var answer = await gateway.RevokeAsync("""{ "kind": "jti", "value": "kept" }""");

        answer.Status.ShouldBe(202);
        answer.Entries.ShouldHaveSingleItem()["value"]!.GetValue<string>().ShouldBe("kept");
        await all.Redis.CommandAsync("ACL", "SETUSER", "default", "+xrange");
        await gateway.UntilAsync(token, 401);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Entry_that_has_expired_has_the_same_answer_on_replicas_that_started_before_and_after_it(bool isJustExpired)
    {
        await using var all = await RedisGateways.StartAsync(1);
        // Expired for longer than the five minutes of clock difference for which an entry is kept.
        var expires = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - (isJustExpired ? 30 : 600);
        var token = all.Issuer.Token().With("jti", "expired").Build();
        await all[0].ShouldAnswerAsync(token, 200);

        await all.Redis.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", "jti", "issuer", all.Issuer.Issuer, "value", "expired", "expires", $"{expires}");
        await all.AppendAsync("jti", "marker");

        await all[0].UntilAsync(all.Issuer.Token().With("jti", "marker").Build(), 401);
        var late = await all.AddAsync();
        var expected = isJustExpired ? 401 : 200;
        await all[0].ShouldAnswerAsync(token, expected);
        await late.ShouldAnswerAsync(token, expected);
    }

    [Fact]
    public async Task Restore_that_has_expired_takes_a_longer_revocation_back_on_every_replica()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var token = all.Issuer.Token().With("sub", "alice").Build();
        await all.AppendAsync("sub", "alice");
        await all[0].UntilAsync(token, 401);

        await all.Redis.CommandAsync(
            "XADD", "gateway:revocations", "*", "kind", "sub", "issuer", all.Issuer.Issuer, "value", "alice", "op", "restore",
            "expires", $"{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 600}");

        await all[0].UntilAsync(token, 200);
        await (await all.AddAsync()).ShouldAnswerAsync(token, 200);
    }
}
