using System.Globalization;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Helm;

/// <summary>The command of the chart's own Redis, run by the real redis-server.</summary>
public sealed class BundledRedisTests
{
    [Fact]
    public async Task Bundled_redis_takes_its_password_from_the_secret_and_evicts_nothing()
    {
        var chart = await HelmChart.RenderAsync("bundled-redis");
        var container = chart.Single("StatefulSet")["spec"]!["template"]!["spec"]!["containers"]!.AsArray()[0]!;
        var folder = Directory.CreateTempSubdirectory("bundled-redis-");
        var port = RedisServer.FreePort().ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "password"), "secret words\n");
        var command = ((string)container["args"]!.AsArray()[0]!)
            .Replace("/etc/redis-secret", folder.FullName, StringComparison.Ordinal)
            .Replace("/data", folder.FullName, StringComparison.Ordinal);
        try
        {
            await using var redis = Script.Start("sh", "-euc", $"{command.Trim()} --port {port} --bind 127.0.0.1");
            await Eventually.TrueAsync(async () => await AskAsync("secret words", "PING") == "PONG", "Redis answers");

            (await AskAsync("wrong", "PING")).ShouldNotContain("PONG");
            (await AskAsync("secret words", "CONFIG", "GET", "maxmemory-policy")).ShouldContain("noeviction");
            (await AskAsync("secret words", "CONFIG", "GET", "appendfsync")).ShouldContain("always");
            await AskAsync("secret words", "SHUTDOWN", "NOSAVE");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        async Task<string> AskAsync(string password, params string[] words)
        {
            var result = await Script.RunAsync("redis-cli", ["-p", port, "--no-auth-warning", "-a", password, .. words]);
            return result.Output.Trim();
        }
    }
}
