namespace Gateway.LoadTests.Scenarios;

/// <summary>What is a right answer now. A request keeps what was right when it was sent.</summary>
internal sealed class ChangingExpectation(IReadOnlyList<int> statuses)
{
    private volatile IReadOnlyList<int> _now = statuses;

    public IReadOnlyList<int> Now => _now;

    public void Change(IReadOnlyList<int> statuses) => _now = statuses;
}
