using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Draining;

/// <summary>What a draining replica says on an HTTP/2 connection, frame by frame.</summary>
public sealed class GoAwayTests
{
    [Fact]
    public async Task Draining_replica_serves_during_the_delay_then_sends_goaway_and_still_finishes_the_stream_under_way()
    {
        using var release = new SemaphoreSlim(0);
        await using var destination = await RecordingDestination.StartAsync();
        destination.Handler = context =>
            context.Request.Path == "/public/slow" ? release.WaitAsync(context.RequestAborted) : Task.CompletedTask;
        var configuration = TestGateway.Configuration(destination);
        configuration["ReverseProxy"]!["Routes"]!.AsObject().Remove("private");
        configuration["Gateway"]!.AsObject().Remove("Issuers");
        configuration["Gateway"]!.AsObject().Remove("Policies");
        await using var replica = await GatewayProgram.StartAsync(
            new Dictionary<string, string> { ["yarp.json"] = configuration.ToJsonString() },
            new Dictionary<string, string> { ["Gateway__Drain__Delay"] = "00:00:02", ["Gateway__Drain__Timeout"] = "00:00:20" },
            address =>
                new Dictionary<string, string> { ["Kestrel__Endpoints__One__Url"] = address, ["Kestrel__Endpoints__One__Protocols"] = "Http2" });
        await replica.WaitUntilAsync("started", "revocations", "serving");
        var connection = await RawHttp2Connection.OpenAsync(replica.Address);
        await connection.GetAsync(1, "/public/slow");
        await Eventually.TrueAsync(() => destination.Received.Count == 1, "the stream is under way");

        var sent = TimeProvider.System.GetTimestamp();
        var exit = replica.StopAsync();
        await Eventually.TrueAsync(
            () => replica.Lines.Any(line => line.Contains("The gateway is shutting down", StringComparison.Ordinal)),
            "the drain has begun");
        await connection.GetAsync(3, "/public/quick");
        (await connection.ReadUntilEndOfAsync(3)).ShouldBe(200);

        // RFC 9113 section 6.8: first one that names every stream there could be, so that none which is on its way is lost.
        var first = await connection.ReadUntilGoAwayAsync();
        TimeProvider.System.GetElapsedTime(sent).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
        first.ShouldBe(new GoAway(int.MaxValue, 0));
        exit.IsCompleted.ShouldBeFalse();
        release.Release();
        (await connection.ReadUntilEndOfAsync(1)).ShouldBe(200);
        // The connection is the client's to close then; while it does not, the server waits until the deadline.
        await connection.DisposeAsync();
        var (exitCode, took) = await exit;
        exitCode.ShouldBe(0);
        took.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }
}
