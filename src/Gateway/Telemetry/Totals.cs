using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace Gateway.Telemetry;

/// <summary>
/// An observable counter: counting is one addition with or without a listener, and counts before the first read are kept. It holds one
/// total for each combination of tags. The tags come from the configuration and from closed lists, so memory is bounded.
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

    /// <summary>The total of these tags for the hot path. The caller keeps it; each core counts in its own cache line.</summary>
    public Total Hot(string? first = null, string? second = null, string? third = null, string? fourth = null) =>
        Find((first, second, third, fourth), isHot: true);

    private Total Find((string?, string?, string?, string?) values, bool isHot) =>
        _totals.GetOrAdd(
            values,
            static (values, made) => new Total(
                made.Tags.Zip<string, string?, KeyValuePair<string, object?>>(
                    [values.Item1, values.Item2, values.Item3, values.Item4], KeyValuePair.Create<string, object?>).ToArray(),
                made.IsHot),
            (Tags: _tags, IsHot: isHot));

    // A series appears after its first count.
    private IEnumerable<Measurement<long>> Read() => _totals.Values.Select(total => total.Read()).Where(total => total.Value > 0);
}

/// <summary>One series of a counter.</summary>
/// <param name="isHot">
/// True when each core adds to its own place, so that cores do not contend. This costs memory per core, so it is not used for rejections,
/// whose number of series grows with hostile requests.
/// </param>
internal sealed class Total(KeyValuePair<string, object?>[] tags, bool isHot)
{
    // The count of longs in a cache line of 64 bytes.
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
