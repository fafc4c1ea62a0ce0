using System.Text.Json.Nodes;
using Gateway.Benchmarks.Measure.Peers;
using Gateway.Testing;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// What a gateway without requests takes of a processor: with keys from an issuer, revocations in Redis, a health probe every ten seconds
/// and a file to watch. Fails above a millisecond a second.
/// </summary>
internal static class RestCommand
{
    private const double Limit = 1;

    public static async Task<int> RunAsync()
    {
        var (settle, seconds) = (RotationCommand.Setting("SETTLE", 60), RotationCommand.Setting("SECONDS_AT_REST", 60));
        await using var redis = await RedisServer.StartAsync();
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination);
        configuration["Gateway"]!["Revocation"] =
            new JsonObject { ["Store"] = "Redis", ["Redis"] = new JsonObject { ["Connection"] = redis.Connection } };
        configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["HealthCheck"] =
            JsonNode.Parse("""{ "Active": { "Enabled": true, "Interval": "00:00:10", "Path": "/health" } }""");
        var files = new Dictionary<string, string> { ["yarp.json"] = configuration.ToJsonString() };
        // In Development an issuer needs no TLS.
        var environment =
            new Dictionary<string, string> { ["DOTNET_ENVIRONMENT"] = "Development", ["Logging__LogLevel__Default"] = "Error" };
        await using var gateway = await PublishedGateway.StartAsync(files, environment);
        await using var servers = await SteadyServers.StartAsync(destination.Address);
        await gateway.WaitUntilAsync("keys:shop", "revocations");
        await Task.Delay(TimeSpan.FromSeconds(settle), TimeProvider.System);

        List<(string Name, int ProcessId)> processes =
        [
            ("bare YARP", servers.Bare.ProcessId), ("Gateway", servers.Gateway.ProcessId),
            ("Gateway, Redis, issuer and health probe", gateway.ProcessId),
        ];
        List<long> before = [.. processes.Select(process => ProcessClock.Read([process.ProcessId]))];
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        List<double> used =
            [.. processes.Zip(before, (process, start) => (ProcessClock.Read([process.ProcessId]) - start) / 1e6 / seconds)];

        var text = new ReportText();
        text.Line($"{await DocsBlock.DescribeMachineAsync()}. {seconds} s without a request, {settle} s after the start.");
        text.Line();
        text.Line($"| At rest | processor time, ms a second | resident MiB |");
        text.Line($"| --- | ---: | ---: |");
        foreach (var (process, milliseconds) in processes.Zip(used))
        {
            text.Line($"| {process.Name} | {milliseconds:0.00} | {ProcessFigures.Read(process.ProcessId).ResidentMegabytes:0} |");
        }

        await DocsBlock.WriteAsync("rest", text.ToString(), DocsBlock.Performance);
        var isGood = used.Skip(1).All(milliseconds => milliseconds <= Limit);
        Console.WriteLine(isGood ? $"At most {Limit} ms a second." : $"More than {Limit} ms a second.");
        return isGood ? 0 : 1;
    }
}
