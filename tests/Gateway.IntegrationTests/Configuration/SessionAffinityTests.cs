using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>Session affinity with encrypted cookies: where the keys are stored, and how a cookie that cannot be read is handled.</summary>
public sealed class SessionAffinityTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-affinity-");
    private RecordingDestination _one = null!;
    private RecordingDestination _two = null!;

    public async ValueTask InitializeAsync() =>
        (_one, _two) = (await RecordingDestination.StartAsync(), await RecordingDestination.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Keys_in_memory_log_no_warning_and_keep_a_client_at_its_destination()
    {
        await using var gateway = await StartAsync(new JsonObject { ["Store"] = "Memory" }, null);

        (await IsHeldAsync(gateway, gateway)).ShouldBeTrue();

        gateway.Logs.Lines.Where(line => line.Contains(" Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal)
            && !IsBelowWarning(line)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unreadable_affinity_cookie_is_treated_like_a_missing_one()
    {
        await using var gateway = await StartAsync(new JsonObject { ["Store"] = "Memory" }, null);
        foreach (var cookie in new[] { "garbage", "Q2ZESjhBQUFB", "%20", "AAAA" })
        {
            using var request = TestGateway.Request(HttpMethod.Get, "/public/x");
            request.Headers.Add("Cookie", $"sticky={cookie}");

            var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);

            response.StatusCode.ShouldBe(HttpStatusCode.OK, cookie);
            response.Headers.Contains("Set-Cookie").ShouldBeTrue("the client gets a cookie that can be read");
        }
    }

    [Fact]
    public async Task Keys_in_a_folder_are_shared_by_replicas()
    {
        await using var first = await StartAsync(new JsonObject { ["Store"] = "Memory" }, _folder.FullName);
        await using var second = await StartAsync(new JsonObject { ["Store"] = "Memory" }, _folder.FullName);

        (await IsHeldAsync(first, second)).ShouldBeTrue();
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_is_no_error_for_a_client()
    {
        await using var gateway = await StartAsync(new JsonObject { ["Store"] = "Memory" }, "/proc/none");

        (await IsHeldAsync(gateway, gateway)).ShouldBeTrue("this replica uses keys of its own");

        gateway.Logs.Lines.Count(line => line.Contains(" 620: ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Keys_in_Redis_are_shared_by_replicas()
    {
        await using var redis = await RedisServer.StartAsync();
        JsonObject Store() =>
            new() { ["Store"] = "Redis", ["Redis"] = new JsonObject { ["Connection"] = redis.Connection, ["Timeout"] = "00:00:02" } };
        await using var first = await StartAsync(Store(), null);
        await using var second = await StartAsync(Store(), null);

        (await IsHeldAsync(first, second)).ShouldBeTrue();
    }

    private async Task<TestGateway> StartAsync(JsonObject revocation, string? path)
    {
        var configuration = TestGateway.Configuration(_one);
        configuration["Gateway"]!["Revocation"] = revocation;
        if (path is not null)
        {
            configuration["Gateway"]!["DataProtection"] = new JsonObject { ["Path"] = path };
        }

        var cluster = configuration["ReverseProxy"]!["Clusters"]!["recorder"]!;
        cluster["Destinations"]!["two"] = new JsonObject { ["Address"] = _two.Address };
        cluster["LoadBalancingPolicy"] = "RoundRobin";
        cluster["SessionAffinity"] = new JsonObject { ["Enabled"] = true, ["Policy"] = "Cookie", ["AffinityKeyName"] = "sticky" };
        return await TestGateway.StartAsync(configuration, environment: "Production");
    }

    /// <summary>True when the cookie of one gateway leads to the same destination at another, ten times in a row.</summary>
    private async Task<bool> IsHeldAsync(TestGateway maker, TestGateway reader)
    {
        _one.Forget();
        _two.Forget();
        var cookie = (await maker.GetAsync("/public/x")).Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().Split(';')[0];
        var isFirst = _one.Received.Count == 1;
        for (var i = 0; i < 10; i++)
        {
            using var request = TestGateway.Request(HttpMethod.Get, "/public/x");
            request.Headers.Add("Cookie", cookie);
            (await reader.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        return isFirst ? _one.Received.Count == 11 && _two.Received.Count == 0 : _two.Received.Count == 11 && _one.Received.Count == 0;
    }

    private static bool IsBelowWarning(string line) =>
        line.StartsWith("Information", StringComparison.Ordinal)
            || line.StartsWith("Debug", StringComparison.Ordinal)
            || line.StartsWith("Trace", StringComparison.Ordinal);
}
