using System.Globalization;
using System.Net;

namespace Gateway.IntegrationTests.Redis;

/// <summary>
/// A newer version of the gateway writes to the same stream: what docs/operations.md promises for a roll-out and a rollback.
/// </summary>
public sealed class RedisVersionsTests
{
    [Fact]
    public async Task Entries_of_a_newer_version_are_kept_counted_and_said_and_those_beside_them_count()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var (known, suspended) = (all.Issuer.Token().With("jti", "known").Build(), all.Issuer.Token().With("jti", "suspended").Build());
        await AddAsync(all, "kind", "device", "value", "phone-7");
        await AddAsync(all, "kind", "jti", "value", "suspended", "op", "suspend");
        await AddAsync(all, "kind", "jti", "value", "known", "severity", "high", "v", "2");

        await RedisGateways.UntilAsync(all[0], known, HttpStatusCode.Unauthorized);
        await all.AddAsync();

        foreach (var gateway in all.Gateways)
        {
            (await RedisGateways.StatusAsync(gateway, known)).ShouldBe(HttpStatusCode.Unauthorized);
            (await RedisGateways.StatusAsync(gateway, suspended)).ShouldBe(HttpStatusCode.OK);
            gateway.Logs.Lines.Count(line => line.Contains("of a newer version", StringComparison.Ordinal)).ShouldBe(1);
            using var client = new HttpClient { BaseAddress = new Uri(gateway.ManagementAddress) };
            (await client.GetStringAsync("/metrics")).ShouldMatch(@"\ngateway_revocation_malformed_total(\{[^}]*\})? 2\n");
        }

        var list = await all.CommandAsync("revocations", "list");
        list.ExitCode.ShouldBe(0, list.Errors);
        list.Output.ShouldContain("known");
        var stream = await all.Redis.CommandAsync("XRANGE", "gateway:revocations", "-", "+");
        foreach (var kept in new[] { "device", "phone-7", "suspend", "severity", "high" })
        {
            stream.ShouldContain(kept);
        }
    }

    private static Task<string> AddAsync(RedisGateways all, params string[] fields) => all.Redis.CommandAsync(
    [
        "XADD", "gateway:revocations", "*", "issuer", all.Issuer.Issuer,
        "expires", TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), .. fields,
    ]);
}
