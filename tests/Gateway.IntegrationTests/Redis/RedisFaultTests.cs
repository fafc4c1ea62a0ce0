using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>
/// Redis may fail in any way: no request waits for it, nothing that was revoked is forgotten, and the policy decides when the list is too
/// old.
/// </summary>
public sealed class RedisFaultTests
{
    private static readonly TimeSpan NoWait = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Restarted_redis_is_followed_on_without_loss()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var before = all.Issuer.Token().With("jti", "before").Build();
        var during = all.Issuer.Token().With("jti", "during").Build();
        await all.AppendAsync("jti", "before");
        await RedisGateways.UntilAsync(all[0], before, HttpStatusCode.Unauthorized);

        await all.Redis.KillAsync();
        await Eventually.TrueAsync(() => Says(all[0], "no connection to Redis"), "the loss is logged");
        (await RedisGateways.StatusAsync(all[0], before)).ShouldBe(HttpStatusCode.Unauthorized);
        await all.Redis.RestartAsync();
        await all.AppendAsync("jti", "during");

        (await RedisGateways.UntilAsync(all[0], during, HttpStatusCode.Unauthorized)).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (await RedisGateways.StatusAsync(all[0], before)).ShouldBe(HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
        Says(all[0], "responds again").ShouldBeTrue();
    }

    [Fact]
    public async Task Hung_redis_delays_no_request_and_leaves_the_decision_to_the_policy()
    {
        await using var all = await RedisGateways.StartAsync(1, configuration =>
        {
            configuration["Gateway"]!["Policies"]!["lenient"] = new JsonObject { ["OnRevocationUnavailable"] = "Allow" };
            configuration["ReverseProxy"]!["Routes"]!["lenient"] = TestGateway.Route("lenient", "/lenient/{**rest}");
        });
        var token = all.Issuer.Token().Build();
        var revoked = all.Issuer.Token().With("jti", "revoked").Build();
        await all.AppendAsync("jti", "revoked");
        await RedisGateways.UntilAsync(all[0], revoked, HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);

        await all.Redis.HangAsync();
        await using var delay = new SchedulingDelay();
        var start = TimeProvider.System.GetTimestamp();
        var slowest = TimeSpan.Zero;
        HttpStatusCode status;
        do
        {
            var sent = TimeProvider.System.GetTimestamp();
            status = await RedisGateways.StatusAsync(all[0], token);
            var took = TimeProvider.System.GetElapsedTime(sent);
            slowest = took > slowest ? took : slowest;
        }
        while (status == HttpStatusCode.OK && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(10));

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        slowest.ShouldBeLessThan(delay.Allow(NoWait));
        (await RedisGateways.StatusAsync(all[0], token, "/lenient/orders")).ShouldBe(HttpStatusCode.OK);
        (await RedisGateways.StatusAsync(all[0], revoked, "/lenient/orders")).ShouldBe(HttpStatusCode.Unauthorized);

        // Once for the outage, however many calls failed in it.
        all[0].Logs.Lines.Count(line => line.Contains("does not answer in time", StringComparison.Ordinal)
            && line.Contains("Redis at", StringComparison.Ordinal)).ShouldBe(1);

        await all.Redis.ContinueAsync();
        (await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.OK)).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Gateway_starts_without_redis_and_catches_up_when_it_comes()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.AppendAsync("jti", "early");
        await all.Redis.KillAsync();

        var gateway = await all.AddAsync(waitUntilReady: false);
        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await all.Redis.RestartAsync();

        await gateway.WaitUntilReadyAsync();
        // Which keys were forgotten meanwhile is asked every two seconds.
        await RedisGateways.UntilAsync(gateway, all.Issuer.Token().Build(), HttpStatusCode.OK);
        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().With("jti", "early").Build())).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Emptied_redis_is_noticed_and_nothing_known_is_forgotten()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var before = all.Issuer.Token().With("jti", "before").Build();
        await all.AppendAsync("jti", "before");
        await RedisGateways.UntilAsync(all[0], before, HttpStatusCode.Unauthorized);

        await all.Redis.CommandAsync("FLUSHALL");
        await Eventually.TrueAsync(() => Says(all[0], "was replaced, emptied or restored"), "the loss is logged");
        await all.AppendAsync("jti", "after");

        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().With("jti", "after").Build(), HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(all[0], before)).ShouldBe(HttpStatusCode.Unauthorized);
        all[0].Logs.Lines.Count(line => line.Contains("was replaced, emptied or restored", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("wrong-horse-battery", "WRONGPASS")]
    [InlineData(null, "NOAUTH")]
    public async Task Rejected_password_is_named_and_never_shown(string? password, string expected)
    {
        await using var all = await RedisGateways.StartAsync(0, password: "right-horse-battery");
        all.Configure = configuration => configuration["Gateway"]!["Revocation"]!["Redis"]!["Connection"] =
            all.Redis.Connection + (password is null ? "" : $",password={password}");

        var gateway = await all.AddAsync(waitUntilReady: false);

        await Eventually.TrueAsync(() => Says(gateway, expected), "the rejection is logged");
        gateway.Logs.Lines.ShouldAllBe(line => !line.Contains("horse-battery", StringComparison.Ordinal));
        var revoke = await all.CommandAsync("revoke", "jti", "x");
        revoke.ExitCode.ShouldBe(3);
        revoke.Errors.ShouldContain(expected);
        (revoke.Errors + revoke.Output).ShouldNotContain("horse-battery");
    }

    [Fact]
    public async Task Password_file_is_read_again_when_reconnecting()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "outdated\n");
        await using var all = await RedisGateways.StartAsync(0, password: "in force");
        all.Configure = configuration => configuration["Gateway"]!["Revocation"]!["Redis"]!["PasswordFile"] = file;
        var gateway = await all.AddAsync(waitUntilReady: false);
        await Eventually.TrueAsync(() => Says(gateway, "WRONGPASS"), "the old password is rejected");

        await File.WriteAllTextAsync(file, "in force\n");

        await gateway.WaitUntilReadyAsync();
        File.Delete(file);
    }

    [Fact]
    public async Task Full_redis_rejects_a_revocation_aloud_and_stays_readable()
    {
        await using var all = await RedisGateways.StartAsync(1);
        await all.Redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");

        var revoke = await all.CommandAsync("revoke", "jti", "x");

        revoke.ExitCode.ShouldBe(3);
        revoke.Errors.ShouldContain("OOM");
        (await RedisGateways.StatusAsync(all[0], all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Server_that_is_no_redis_is_named_as_such()
    {
        await using var all = await RedisGateways.StartAsync(0);
        all.Configure = configuration => configuration["Gateway"]!["Revocation"]!["Redis"]!["Connection"] =
            new Uri(all.Destination.Address).Authority;

        var gateway = await all.AddAsync(waitUntilReady: false);

        await Eventually.TrueAsync(() => Says(gateway, "check that the port is Redis"), "the stranger is named");
    }

    private static bool Says(TestGateway gateway, string text) =>
        gateway.Logs.Lines.Any(line => line.Contains(text, StringComparison.Ordinal));
}
