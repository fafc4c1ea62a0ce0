using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Management;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Redis;

/// <summary>A user of Redis' access list in place of <c>default</c>, IPv6 and both protocols.</summary>
public sealed partial class RedisAccessListTests
{
    private const string Password = "of-the-user";

    [Theory]
    [InlineData("")]
    [InlineData(",protocol=resp2")]
    [InlineData(",protocol=resp3")]
    public async Task User_with_the_documented_rights_and_no_others_does_everything(string option)
    {
        await using var all = await RedisGateways.StartAsync(0);
        (await all.Redis.CommandAsync(DocumentedRights())).ShouldBe("OK");
        await StartAsync(all, $"{all.Redis.Connection},user=gateway{option}", Password);
        await all.AddAsync();
        await all.Redis.CommandAsync("ACL", "LOG", "RESET");
        var token = all.Issuer.Token().With("sub", "mallory").Build();
        await all[0].ShouldAnswerAsync(token, 200);

        await using var delay = new SchedulingDelay();
        (await all[1].RevokeAsync("""{ "kind": "sub", "value": "mallory" }""")).Status.ShouldBe(200);

        // This is well before the next poll, so the notification has arrived.
        (await RedisGateways.UntilAsync(all[0], token, HttpStatusCode.Unauthorized)).ShouldBeLessThan(delay.Allow(TimeSpan.FromMilliseconds(900)));
        (await all[1].RestoreAsync("?kind=sub&value=mallory")).Status.ShouldBe(200);
        await all.AppendAsync("jti", "lost");
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().With("jti", "lost").Build(), HttpStatusCode.Unauthorized);
        await all.Redis.CommandAsync("FLUSHALL");
        await Eventually.TrueAsync(
            async () => await all.Redis.CommandAsync("XLEN", "gateway:revocations") == "1", "what was lost is put back");
        (await all.Redis.CommandAsync("ACL", "LOG")).ShouldBeEmpty();
        all[0].Logs.Lines.ShouldAllBe(line => !line.Contains("NOPERM", StringComparison.Ordinal)
            && !line.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_with_the_documented_rights_writes_and_loads_a_snapshot()
    {
        await using var redis = await RedisServer.StartAsync();
        (await redis.CommandAsync(DocumentedRights())).ShouldBe("OK");
        var connection = $"{redis.Connection},user=gateway,password={Password}";
        await using var writer = await SnapshotReplica.StartEmptyAsync(connection);
        await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "stolen"));
        await writer.ReadAsync();
        await redis.CommandAsync("ACL", "LOG", "RESET");

        (await writer.WriteAsync()).ShouldBeTrue();
        (await writer.WriteAsync()).ShouldBeTrue();

        await using var started = await SnapshotReplica.StartAsync(connection);
        started.Progress.StartedFrom.ShouldBe("redis");
        (await redis.CommandAsync("ACL", "LOG")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Redis_user_without_GETRANGE_starts_from_the_stream_and_the_missing_right_is_named()
    {
        await using var redis = await RedisServer.StartAsync();
        await redis.CommandAsync([.. DocumentedRights(), "-getrange"]);
        var connection = $"{redis.Connection},user=gateway,password={Password}";
        await using var writer = await SnapshotReplica.StartEmptyAsync(connection);
        await writer.AppendAsync(SnapshotReplica.Entry(RevocationKind.Jti, "stolen"));
        await writer.ReadAsync();

        (await writer.WriteAsync()).ShouldBeFalse();

        await using var started = await SnapshotReplica.StartAsync(connection);
        started.IsRevoked(RevocationKind.Jti, "stolen").ShouldBeTrue();
        foreach (var (replica, id) in new[] { (started, " 316: "), (writer, " 318: ") })
        {
            replica.Logs.Lines.ShouldContain(line => line.Contains(id, StringComparison.Ordinal)
                && line.Contains("NOPERM", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Redis_user_without_ROLE_reads_after_a_write_and_it_is_logged_once()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync([.. DocumentedRights(), "-role"]);
        await StartAsync(all, $"{all.Redis.Connection},user=gateway", Password);

        await all.AppendAsync("jti", "stolen");

        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().With("jti", "stolen").Build(), HttpStatusCode.Unauthorized);
        await RedisGateways.UntilAsync(all[0], all.Issuer.Token().Build(), HttpStatusCode.OK);
        all[0].Logs.Lines.Count(line => line.Contains(" 503: ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Redis_user_without_ROLE_and_XDEL_gets_no_fresh_list()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync([.. DocumentedRights(), "-role", "-xdel"]);

        var gateway = await StartAsync(all, $"{all.Redis.Connection},user=gateway", Password, waitUntilReady: false);

        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("NOPERM", StringComparison.Ordinal)), "the missing right is named");
        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Wrong_password_of_a_user_is_named_and_never_shown()
    {
        // A `default` user without a password would accept the connection in spite of the wrong password.
        await using var all = await RedisGateways.StartAsync(0, password: "of-default");
        await all.Redis.CommandAsync(DocumentedRights());

        var gateway = await StartAsync(all, $"{all.Redis.Connection},user=gateway", "wrong-horse-battery", waitUntilReady: false);

        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("WRONGPASS", StringComparison.Ordinal)), "the rejection is logged");
        gateway.Logs.Lines.ShouldAllBe(line => !line.Contains("horse-battery", StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_with_the_documented_rights_counts_shared_limits()
    {
        await using var all = await RedisGateways.StartAsync(0);
        (await all.Redis.CommandAsync(DocumentedRights())).ShouldBe("OK");
        await StartAsync(all, $"{all.Redis.Connection},user=gateway", Password, edit: configuration => configuration
            .With("Gateway:RateLimits:limit", """{ "Permits": 1, "Window": "01:00:00", "Shared": true }""")
            .WithRoute("limited", "Anonymous", """{ "RateLimiterPolicy": "limit" }"""));

        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await all[0].GetAsync("/limited/x");
                return !string.IsNullOrEmpty(await all.Redis.CommandAsync("KEYS", "gateway:limit:*"));
            },
            "Redis counts");
    }

    [Fact]
    public async Task Address_of_IPv6_in_brackets_is_reached()
    {
        await using var redis = await RedisServer.StartAsync(null, "--bind", "127.0.0.1", "::1");
        await using var all = await RedisGateways.StartAsync(0);
        var gateway = await StartAsync(all, $"[::1]:{redis.Port}", null);
        var token = all.Issuer.Token().With("jti", "stolen").Build();
        await gateway.ShouldAnswerAsync(token, 200);

        (await gateway.RevokeAsync("""{ "kind": "jti", "value": "stolen" }""")).Status.ShouldBe(200);

        await gateway.ShouldAnswerAsync(token, 401);
        (await redis.CommandAsync("XLEN", "gateway:revocations")).ShouldBe("1");
        var page = await new HttpClient().GetStringAsync(new Uri(gateway.ManagementAddress + "/admin"));
        page.ShouldContain($"[::1]:{redis.Port}");
    }

    private static Task<TestGateway> StartAsync(
        RedisGateways all, string connection, string? password, bool waitUntilReady = true, Action<JsonObject>? edit = null)
    {
        var file = password is null ? null : Path.Combine(Directory.CreateTempSubdirectory("password-").FullName, "password");
        if (file is not null)
        {
            File.WriteAllText(file, password + "\n");
        }

        all.Configure = configuration =>
        {
            configuration
                .With("Gateway:Revocation:Redis:Connection", JsonValue.Create(connection))
                .With("Gateway:Revocation:Redis:PasswordFile", file is null ? null : JsonValue.Create(file));
            edit?.Invoke(configuration);
        };
        return all.AddAsync(waitUntilReady: waitUntilReady);
    }

    /// <summary>The command in docs/operations.md that makes the user.</summary>
    private static string[] DocumentedRights()
    {
        var page = File.ReadAllText(Path.Combine(Script.Root, "docs", "operations.md"));
        var command = SetUser().Match(page).Groups[1].Value.ReplaceLineEndings(" ");
        return [.. command.Replace("\\", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace("PASSWORD", Password, StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex(@"redis-cli (ACL SETUSER gateway [^`]*)```")]
    private static partial Regex SetUser();
}
