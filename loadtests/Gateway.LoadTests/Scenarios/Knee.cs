namespace Gateway.LoadTests.Scenarios;

/// <summary>
/// Finds where a ramp's answers stop keeping up: the first second in which p99 or the failures exceed the limits, and stay so in the
/// next, since one slow second is a pause and not a knee. The knee is the rate that was kept up just before.
/// </summary>
internal sealed class Knee(double p99Milliseconds, double failedShare)
{
    private readonly Lock _lock = new();
    private readonly List<List<(double Milliseconds, bool IsRight)>> _seconds = [];

    /// <param name="sent">When the request was sent, from the start of the ramp.</param>
    public void Add(TimeSpan sent, double milliseconds, bool isRight)
    {
        var second = (int)sent.TotalSeconds;
        lock (_lock)
        {
            while (_seconds.Count <= second)
            {
                _seconds.Add([]);
            }

            _seconds[second].Add((milliseconds, isRight));
        }
    }

    /// <summary>Requests a second at the knee, or in the best second when there was none.</summary>
    public int Find()
    {
        lock (_lock)
        {
            // The last second is not a whole one.
            var whole = _seconds.Count > 1 ? _seconds.Count - 1 : _seconds.Count;
            var best = 0;
            for (var i = 0; i < whole; i++)
            {
                if (!KeepsUp(_seconds[i]) && (i + 1 >= whole || !KeepsUp(_seconds[i + 1])))
                {
                    break;
                }

                best = Math.Max(best, _seconds[i].Count(request => request.IsRight));
            }

            return best;
        }
    }

    private bool KeepsUp(List<(double Milliseconds, bool IsRight)> requests)
    {
        if (requests.Count == 0)
        {
            return false;
        }

        var times = requests.Select(request => request.Milliseconds).Order().ToArray();
        return times[(int)Math.Ceiling(times.Length * 0.99) - 1] <= p99Milliseconds
            && requests.Count(request => !request.IsRight) <= failedShare * requests.Count;
    }
}
