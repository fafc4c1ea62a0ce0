using Gateway.Issuers;

namespace Gateway.Tests.Issuers;

public sealed class VerificationBudgetTests
{
    private const int Cores = 4;

    // As many as are tried.
    private const int Unlimited = 100;

    private readonly VerificationBudget _budget = new(Cores);

    [Fact]
    public async Task Good_signatures_never_wait_and_a_flood_of_bad_ones_has_half_of_the_cores()
    {
        (await PlacesAsync()).ShouldBe(Unlimited);

        Count(VerificationBudget.Flood, isGood: false);
        (await PlacesAsync()).ShouldBe(Cores / 2);

        Count(VerificationBudget.Flood * 100, isGood: false);
        Count((VerificationBudget.Flood * 2) + 1, isGood: true);
        (await PlacesAsync()).ShouldBe(Unlimited);
    }

    [Fact]
    public async Task Some_bad_signatures_among_good_ones_are_no_flood()
    {
        for (var i = 0; i < 1000; i++)
        {
            _budget.Count(isGood: i % 3 != 0);
        }

        (await PlacesAsync()).ShouldBe(Unlimited);
    }

    [Fact]
    public async Task Whoever_finds_all_places_taken_gets_the_first_one_that_is_given_back()
    {
        Count(VerificationBudget.Flood, isGood: false);
        var first = await _budget.EnterAsync(TestContext.Current.CancellationToken);
        var other = await _budget.EnterAsync(TestContext.Current.CancellationToken);

        var waiting = _budget.EnterAsync(TestContext.Current.CancellationToken).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        first.Dispose();

        (await waiting).IsTaken.ShouldBeTrue();
        other.Dispose();
    }

    [Fact]
    public async Task Place_that_was_had_before_the_flood_frees_none_of_its_places()
    {
        var before = await _budget.EnterAsync(TestContext.Current.CancellationToken);
        Count(VerificationBudget.Flood, isGood: false);
        before.Dispose();

        (await PlacesAsync()).ShouldBe(Cores / 2);
    }

    private void Count(int times, bool isGood)
    {
        for (var i = 0; i < times; i++)
        {
            _budget.Count(isGood);
        }
    }

    /// <summary>How many are had at once, of a hundred; they are given back.</summary>
    private async Task<int> PlacesAsync()
    {
        var places = new List<VerificationBudget.Place>();
        using var stop = new CancellationTokenSource();
        while (places.Count < Unlimited)
        {
            var entering = _budget.EnterAsync(stop.Token);
            if (!entering.IsCompleted)
            {
                await stop.CancelAsync();
                await Should.ThrowAsync<OperationCanceledException>(async () => await entering);
                break;
            }

            places.Add(await entering);
        }

        places.ForEach(place => place.Dispose());
        return places.Count;
    }
}
