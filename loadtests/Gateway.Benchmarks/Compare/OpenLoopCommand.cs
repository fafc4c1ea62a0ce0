using System.Text.Json.Nodes;

namespace Gateway.Benchmarks.Compare;

/// <summary>Sends at a fixed rate for some seconds and prints what came back, and when, as one line of JSON.</summary>
internal static class OpenLoopCommand
{
    // One second at the beginning is not counted: connections, and pages not touched before.
    private const int WarmUpSeconds = 1;

    public static int Run(Uri url, string tokens, int rate, int seconds)
    {
        var requests = File.ReadLines(tokens).Take(10_000).Select(token => OpenLoopConnection.Request(url, token)).ToArray();
        using var loop = new OpenLoop(url, requests, rate);
        loop.Run(WarmUpSeconds);
        var result = loop.Run(seconds);
        Console.WriteLine(new JsonObject
        {
            ["rate"] = rate,
            ["requests"] = result.Latency.Count,
            ["statuses"] = new JsonObject(
                result.Statuses.Select(status =>
                    KeyValuePair.Create(status.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), (JsonNode?)status.Value))),
            ["broken"] = result.Broken,
            ["p50"] = result.Latency.Percentile(0.50),
            ["p99"] = result.Latency.Percentile(0.99),
            ["p999"] = result.Latency.Percentile(0.999),
            ["lateP99"] = result.Lateness.Percentile(0.99),
            ["histogram"] = result.Latency.ToJson(),
        }.ToJsonString());
        return 0;
    }
}
