using Gateway.Benchmarks.Load;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.LoadTests;

/// <summary>
/// The open-loop client, whose clock is the test's: it moves when the server works, and when the client waits with nothing under way.
/// </summary>
public sealed class OpenLoopTests
{
    private const int Rate = 100;
    private const int Seconds = 2;
    private const int Requests = Rate * Seconds;
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Stalled_server_makes_every_request_late_that_was_due_meanwhile()
    {
        var result = await RunAsync(stalled: 10);

        result.Latency.Count.ShouldBe(Requests);
        // Half of all requests were due within the second, and half of those in its first half.
        result.Latency.Percentile(1).ShouldBeGreaterThanOrEqualTo(Stall.TotalMicroseconds);
        result.Latency.Percentile(0.80).ShouldBeGreaterThan(Stall.TotalMicroseconds * 0.4);
        result.Latency.Percentile(0.40).ShouldBeLessThan(Stall.TotalMicroseconds * 0.1);
    }

    [Fact]
    public async Task Latency_without_a_stall_is_the_time_that_the_server_works()
    {
        var result = await RunAsync(stalled: -1);

        result.Latency.Percentile(1).ShouldBeInRange(Work.TotalMicroseconds, Work.TotalMicroseconds * 1.02);
    }

    [Fact]
    public async Task Time_while_all_connections_are_busy_does_not_count_as_lateness_of_the_client()
    {
        var result = await RunAsync(stalled: 10);

        result.Lateness.Count.ShouldBeLessThan(Requests);
    }

    [Fact]
    public async Task Other_response_is_counted_by_its_status()
    {
        var seen = 0;

        var result = await RunAsync(stalled: -1, StatusCodes.Status503ServiceUnavailable, (status, _) => seen += status == 503 ? 1 : 0);

        result.Statuses.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<int, long>(503, Requests));
        seen.ShouldBe(Requests);
    }

    /// <param name="stalled">The number of the request that takes a second.</param>
    private async Task<OpenLoopResult> RunAsync(int stalled, int status = StatusCodes.Status200OK, Action<int, double>? each = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The client waits with a system call of Linux.");
        var count = -1;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            _clock.Pass(Interlocked.Increment(ref count) == stalled ? Stall : Work);
            (context.Response.StatusCode, context.Response.ContentLength) = (status, 2);
            return context.Response.WriteAsync("ok");
        });
        var address = new Uri(server.Address);
        using var loop = new OpenLoop(address, [OpenLoopConnection.Request(address, "token")], Rate, _clock, Wait);
        return await Task.Run(() => loop.Run(Seconds, each));
    }

    private void Wait(PollEntry[] entries, long nanoseconds)
    {
        if (entries.Any(entry => entry.Handle >= 0))
        {
            SocketPoll.Wait(entries, 10_000_000_000);
        }
        else
        {
            _clock.Pass(TimeSpan.FromMicroseconds(nanoseconds / 1000.0));
        }
    }
}
