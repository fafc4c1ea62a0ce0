using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace Gateway.Observability;

/// <summary>
/// A counter that is looked at instead of listened to: counting is an addition whoever listens, and nothing is lost of what was counted
/// before somebody did. One total for each combination of tags; these come from the configuration and from closed lists.
/// </summary>
internal sealed class Totals
{
    private readonly ConcurrentDictionary<(string?, string?, string?, string?), Total> _totals = new();
    private readonly string[] _tags;

    /// <param name="tags">Four at most, in the order of the values given to <see cref="Of"/>.</param>
    public Totals(Meter meter, string name, string unit, string description, params string[] tags)
    {
        _tags = tags;
        meter.CreateObservableCounter(name, Read, unit, description);
    }

    /// <summary>The total of these tags. For one request after another, keep it.</summary>
    public Total Of(string? first = null, string? second = null, string? third = null, string? fourth = null) =>
        _totals.GetOrAdd(
            (first, second, third, fourth),
            static (values, tags) => new Total(tags.Zip<string, string?, KeyValuePair<string, object?>>([values.Item1, values.Item2, values.Item3, values.Item4], KeyValuePair.Create<string, object?>).ToArray()),
            _tags);

    // A series shows after its first count.
    private IEnumerable<Measurement<long>> Read() => _totals.Values.Select(total => total.Read()).Where(total => total.Value > 0);
}

/// <summary>One series of a counter. Cores add to places of their own, so that none waits for another.</summary>
internal sealed class Total(KeyValuePair<string, object?>[] tags)
{
    // Numbers in a cache line.
    private const int Line = 64 / sizeof(long);

    private static readonly int LastPlace = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _places = new long[(LastPlace + 1) * Line];

    public void Add(long count = 1) => Interlocked.Add(ref _places[(Thread.GetCurrentProcessorId() & LastPlace) * Line], count);

    public Measurement<long> Read()
    {
        var sum = 0L;
        for (var place = 0; place < _places.Length; place += Line)
        {
            sum += Volatile.Read(ref _places[place]);
        }

        return new Measurement<long>(sum, tags);
    }
}
