using System.Net;
using Gateway.IntegrationTests.Management;

namespace Gateway.IntegrationTests.Redis;

/// <summary><c>/admin/revocations</c> where the store is shared, and where it is down.</summary>
public sealed class RedisAdministrationTests
{
    [Fact]
    public async Task What_one_replica_acknowledges_all_reject_and_what_cannot_be_kept_is_503()
    {
        await using var all = await RedisGateways.StartAsync(2);
        var token = all.Issuer.Token().With("sub", "mallory").Build();
        await all[1].ShouldAnswerAsync(token, 200);

        (await all[0].RevokeAsync("""{ "kind": "sub", "value": "mallory", "reason": "stolen" }""")).Status.ShouldBe(200);

        await RedisGateways.UntilAsync(all[1], token, HttpStatusCode.Unauthorized);
        var entry = (await all[1].ListAsync("?kind=sub")).Entries.ShouldHaveSingleItem();
        entry["reason"]!.GetValue<string>().ShouldBe("stolen");
        entry["at"]!.Seconds().ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);

        await all.Redis.KillAsync();

        (await all[0].RevokeAsync("""{ "kind": "sub", "value": "trent" }""")).ShouldBeUnavailable();
        (await all[0].ListAsync()).ShouldBeUnavailable();
        (await all[0].RestoreAsync("?kind=sub&value=mallory")).ShouldBeUnavailable();
        (await all[0].RevokeTokenAsync(("token", all.Issuer.Token().Build()))).ShouldBeUnavailable();
        all[0].Logs.Lines.ShouldContain(line => line.Contains("303: A revocation could not be written", StringComparison.Ordinal));

        await all.Redis.RestartAsync();
        await Testing.Eventually.TrueAsync(
            async () => (await all[0].RestoreAsync("?kind=sub&value=mallory")).Status == 200, "the store is back");
        await RedisGateways.UntilAsync(all[1], token, HttpStatusCode.OK);
    }
}
