using Gateway.Telemetry;
using Gateway.Testing;

namespace Gateway.Tests.Telemetry;

/// <summary>The counts of the last minutes: what is older is gone, and memory has a bound.</summary>
public sealed class RecentRequestsTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly RecentRequests _recent;

    public RecentRequestsTests() => _recent = new RecentRequests(_clock);

    public void Dispose() => _recent.Dispose();

    [Fact]
    public void Failures_are_counted_by_reason_and_route_with_the_time_of_the_last_one()
    {
        Fail("expired", "orders");
        _clock.Advance(TimeSpan.FromMinutes(2));
        var last = _clock.GetUtcNow();
        Fail("expired", "orders");
        Fail("missing", "orders");

        var failures = _recent.Read().Failures;

        failures.Count.ShouldBe(2);
        failures[new RequestFailure(true, "expired", 401, "orders")].ShouldBe(new FailureCount(2, last));
    }

    [Fact]
    public void Requests_and_failures_are_gone_after_the_window()
    {
        _recent.Began();
        Fail("expired", "orders");
        _clock.Advance(RecentRequests.Window - TimeSpan.FromSeconds(31));
        _recent.Began();
        _recent.Read().ShouldSatisfyAllConditions(traffic => traffic.Requests.ShouldBe(2), traffic => traffic.Failures.Count.ShouldBe(1));

        _clock.Advance(TimeSpan.FromSeconds(31));

        _recent.Read().ShouldSatisfyAllConditions(traffic => traffic.Requests.ShouldBe(1), traffic => traffic.Failures.ShouldBeEmpty());
        _recent.Total.ShouldBe(2);
    }

    [Fact]
    public void Kinds_beyond_the_bound_are_counted_without_their_route()
    {
        for (var route = 0; route < 2 * RecentRequests.MostKinds; route++)
        {
            Fail("expired", $"route{route}");
        }

        var failures = _recent.Read().Failures;

        failures.Count.ShouldBe(RecentRequests.MostKinds + 1);
        failures[new RequestFailure(true, "expired", 401, null)].Count.ShouldBe(RecentRequests.MostKinds);
    }

    private void Fail(string reason, string route) => _recent.Failed(new RequestFailure(true, reason, 401, route));
}
