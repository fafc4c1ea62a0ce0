using Gateway.RouteFeatures.Clusters;

namespace Gateway.Tests.RouteFeatures.Clusters;

public sealed class RetryBudgetTests
{
    [Theory]
    [InlineData(0.0001, 1)]
    [InlineData(0.1, 2)]
    [InlineData(0.2, 3)]
    [InlineData(1, 4)]
    public void Retries_never_exceed_the_first_reserve_and_the_share_of_the_requests(double share, int seed)
    {
        var random = new Random(seed);
        var budget = new RetryBudget(share);
        var (requests, retries) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            if (random.Next(2) == 0)
            {
                budget.Add();
                requests++;
            }
            else if (budget.TryTake())
            {
                retries++;
            }

            // The share is kept in thousandths.
            retries.ShouldBeLessThanOrEqualTo(RetryBudget.FirstReserve + (int)(requests * Math.Max(share, 0.001)));
        }

        retries.ShouldBeGreaterThanOrEqualTo(RetryBudget.FirstReserve);
    }

    [Fact]
    public void No_more_than_the_reserve_is_saved_up()
    {
        var budget = new RetryBudget(1);
        for (var i = 0; i < 10 * RetryBudget.Reserve; i++)
        {
            budget.Add();
        }

        Enumerable.Range(0, 2 * RetryBudget.Reserve).Count(_ => budget.TryTake()).ShouldBe(RetryBudget.Reserve);
    }
}
