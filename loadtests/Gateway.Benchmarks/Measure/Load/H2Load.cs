using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.Benchmarks.Measure.Load;

/// <summary>HTTP/2 without TLS by nghttp2's h2load: 8 connections of 4 streams, with one request again and again.</summary>
/// <param name="body">A file whose content makes it a gRPC call; null for a GET.</param>
internal sealed partial class H2Load(Uri url, string? body) : ILoad
{
    public LoadResult Run(TurnRequests requests, TimeSpan duration, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-t1", "-c8", "-m4", "-D", string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMilliseconds}ms"),
            .. body is null
                ? new[] { "-H", $"authorization: {requests.First.Authorization}" }
                : ["-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers"],
            url.ToString(),
        ];
        using var process = Process.Start(new ProcessStartInfo("h2load", arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("h2load did not start.");
        using var stop = cancellationToken.Register(() => process.Kill());
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        var counts = Counts().Match(output);
        return counts.Success
            ? new LoadResult(Number(counts.Groups[1].Value), duration.TotalSeconds)
            : throw new InvalidOperationException($"h2load got other responses than 200:\n{output}");
    }

    public void Dispose()
    {
        // Each run ends its process.
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"requests: \d+ total, \d+ started, (\d+) done, \d+ succeeded, 0 failed.*status codes: \d+ 2xx, 0 3xx, 0 4xx, 0 5xx",
        RegexOptions.Singleline)]
    private static partial Regex Counts();
}
