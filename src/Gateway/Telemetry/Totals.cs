using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace Gateway.Telemetry;

/// <summary>
/// A counter that is read instead of listened to: counting is one addition with or without a listener, and no count from before the first
/// read is lost. One total for each combination of tags; these come from the configuration and from closed lists.
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

    /// <summary>The total of these tags.</summary>
    public Total Of(string? first = null, string? second = null, string? third = null, string? fourth = null) =>
        Find((first, second, third, fourth), isHot: false);

    /// <summary>The total of these tags for one good request after another: to be kept, and with a place for each core.</summary>
    public Total Hot(string? first = null, string? second = null, string? third = null, string? fourth = null) =>
        Find((first, second, third, fourth), isHot: true);

    private Total Find((string?, string?, string?, string?) values, bool isHot) =>
        _totals.GetOrAdd(
            values,
            static (values, made) => new Total(
                made.Tags.Zip<string, string?, KeyValuePair<string, object?>>([values.Item1, values.Item2, values.Item3, values.Item4], KeyValuePair.Create<string, object?>).ToArray(),
                made.IsHot),
            (Tags: _tags, IsHot: isHot));

    // A series shows after its first count.
    private IEnumerable<Measurement<long>> Read() => _totals.Values.Select(total => total.Read()).Where(total => total.Value > 0);
}

/// <summary>One series of a counter.</summary>
/// <param name="isHot">
/// Whether cores add to places of their own, so that none waits for another. That is memory for each core, which the series of rejections,
/// as many as a stranger can start, do not get.
/// </param>
internal sealed class Total(KeyValuePair<string, object?>[] tags, bool isHot)
{
    // Numbers in a cache line.
    private const int Line = 64 / sizeof(long);

    private static readonly int LastPlace = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    private readonly long[] _places = new long[isHot ? (LastPlace + 1) * Line : 1];

    public void Add(long count = 1)
    {
        var place = _places.Length == 1 ? 0 : (Thread.GetCurrentProcessorId() & LastPlace) * Line;
        Interlocked.Add(ref _places[place], count);
    }

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
