using System.Globalization;
using System.Net;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>A revocation written by anybody is in force on every replica.</summary>
public sealed class RedisRevocationTests : IAsyncLifetime
{
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WithoutDoorbell = TimeSpan.FromSeconds(1.5);

    private readonly SchedulingDelay _delay = new();
    private RedisGateways _all = null!;

    public async ValueTask InitializeAsync() => _all = await RedisGateways.StartAsync(2);

    public async ValueTask DisposeAsync()
    {
        await _all.DisposeAsync();
        await _delay.DisposeAsync();
    }

    [Fact]
    public async Task Revoke_command_is_in_force_on_both_replicas_when_it_ends()
    {
        var token = _all.Issuer.Token().With("jti", "by-command").Build();
        (await RedisGateways.StatusAsync(_all[0], token)).ShouldBe(HttpStatusCode.OK);

        var result = await _all.CommandAsync("revoke", "jti", "by-command", "--reason", "lost phone");

        result.ExitCode.ShouldBe(0, result.Errors);
        (await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized)).ShouldBeLessThan(_delay.Allow(Promptly));
        (await RedisGateways.UntilAsync(_all[1], token, HttpStatusCode.Unauthorized)).ShouldBeLessThan(_delay.Allow(Promptly));
        (await _all.CommandAsync("revocations", "list")).Output.ShouldContain("by-command");
    }

    [Fact]
    public async Task Entry_of_another_service_is_in_force_on_both_replicas()
    {
        var token = _all.Issuer.Token().With("sub", "mallory").Build();

        await _all.AppendAsync("sub", "mallory");

        var first = await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized);
        var second = await RedisGateways.UntilAsync(_all[1], token, HttpStatusCode.Unauthorized);
        (first + second).ShouldBeLessThan(_delay.Allow(Promptly));
        TestContext.Current.SendDiagnosticMessage(
            $"in force after {first.TotalMilliseconds:0} and {(first + second).TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task Entry_is_found_without_the_doorbell()
    {
        var token = _all.Issuer.Token().With("sid", "silent").Build();

        await _all.AppendAsync("sid", "silent", ring: false);

        (await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized)).ShouldBeLessThan(_delay.Allow(WithoutDoorbell));
    }

    [Fact]
    public async Task Many_revocations_at_once_are_read_together()
    {
        await _all.Redis.CommandAsync("CONFIG", "RESETSTAT");
        var token = _all.Issuer.Token().With("jti", "last-of-many").Build();
        var start = TimeProvider.System.GetTimestamp();

        await Script.RunAsync("redis-cli", ["-p", $"{_all.Redis.Port}"], string.Concat(Enumerable.Range(0, 2_000).Select(i =>
            $"XADD gateway:revocations * kind jti issuer {_all.Issuer.Issuer} value {(i == 1_999 ? "last-of-many" : i)} expires " +
                $"99999999999\nPUBLISH gateway:revocations {i}\n")));

        (await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized)).ShouldBeLessThan(_delay.Allow(Promptly));
        var statistics = await _all.Redis.CommandAsync("INFO", "commandstats");
        var reads = int.Parse(statistics.Split("cmdstat_xrange:calls=")[1].Split(',')[0], CultureInfo.InvariantCulture);
        // Two replicas, fifty times a second each, and a few for the beginning and the end.
        reads.ShouldBeLessThan((int)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * 2 * 50) + 10);
    }

    [Fact]
    public async Task Restored_token_is_accepted_again()
    {
        var token = _all.Issuer.Token().With("jti", "restored").Build();
        await _all.AppendAsync("jti", "restored");
        await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized);

        (await _all.CommandAsync("revocations", "restore", "jti", "restored")).ExitCode.ShouldBe(0);

        await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("kind", "fingerprint", "issuer", "x", "value", "y", "expires", "99999999999")]
    [InlineData("kind", "jti", "value", "y", "expires", "99999999999")]
    [InlineData("kind", "jti", "issuer", "x", "value", "y", "expires", "tomorrow")]
    [InlineData("kind", "jti", "issuer", "x", "value", "y")]
    [InlineData("kind", "sub", "issuer", "x", "value", "y", "expires", "99999999999", "before", "noon")]
    [InlineData("kind", "jti", "issuer", "x", "value", "y", "expires", "99999999999", "op", "delete")]
    [InlineData("\u0000", "\u00ff\u2028")]
    public async Task Malformed_entry_is_skipped_and_the_next_one_counts(params string[] fields)
    {
        var value = Guid.NewGuid().ToString("N");
        var token = _all.Issuer.Token().With("jti", value).Build();

        (await _all.Redis.CommandAsync(["XADD", "gateway:revocations", "*", .. fields.Select(field => field.Replace('\0', '?'))])).ShouldContain("-");
        await _all.AppendAsync("jti", value);

        await RedisGateways.UntilAsync(_all[0], token, HttpStatusCode.Unauthorized);
        _all[0].Logs.Lines.Count(line => line.Contains("malformed", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task New_replica_knows_what_was_revoked_before_it_started()
    {
        await _all.AppendAsync("client", "old-app");
        for (var i = 0; i < 30; i++)
        {
            await _all.AppendAsync("jti", $"filler-{i}", ring: false);
        }

        var late = await _all.AddAsync();

        (await RedisGateways.StatusAsync(late, _all.Issuer.Token().With("client_id", "old-app").Build())).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(late, _all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
    }
}
