using Gateway.LoadTests.Scenarios;

namespace Gateway.Tests.LoadTests;

/// <summary>Where a ramp stops keeping up.</summary>
public sealed class KneeTests
{
    private readonly Knee _knee = new(p99Milliseconds: 50, failedShare: 0.01);

    [Fact]
    public void Knee_is_the_best_second_before_times_stay_long()
    {
        Second(0, 100, 5);
        Second(1, 200, 10);
        Second(2, 300, 20);
        Second(3, 310, 400);
        Second(4, 320, 900);

        _knee.Find().ShouldBe(300);
    }

    [Fact]
    public void One_slow_second_is_a_pause()
    {
        Second(0, 100, 5);
        Second(1, 200, 400);
        Second(2, 300, 20);
        Second(3, 400, 20);

        _knee.Find().ShouldBe(300);
    }

    [Fact]
    public void Failures_make_a_knee_too()
    {
        Second(0, 100, 5);
        Second(1, 200, 5, wrong: 20);
        Second(2, 300, 5, wrong: 30);
        Second(3, 400, 5);

        _knee.Find().ShouldBe(100);
    }

    [Fact]
    public void Second_without_a_request_does_not_keep_up()
    {
        Second(0, 100, 5);
        Second(3, 400, 5);

        _knee.Find().ShouldBe(100);
    }

    [Fact]
    public void Without_a_request_it_is_zero()
    {
        _knee.Find().ShouldBe(0);
    }

    private void Second(int second, int count, double milliseconds, int wrong = 0)
    {
        for (var i = 0; i < count; i++)
        {
            _knee.Add(TimeSpan.FromSeconds(second + ((double)i / count)), milliseconds, i >= wrong);
        }
    }
}
