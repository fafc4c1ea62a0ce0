namespace Gateway.Benchmarks.Measure;

/// <summary>One turn of one entry.</summary>
/// <param name="Process">Which of the peer's processes served it.</param>
/// <param name="ProcessorNanoseconds">What its processes used, user and system.</param>
internal readonly record struct TurnSample(int Process, long Requests, double Seconds, long ProcessorNanoseconds)
{
    public double PerSecond => Requests / Seconds;

    /// <summary>Processor time a request, in microseconds.</summary>
    public double Microseconds => ProcessorNanoseconds / 1000.0 / Requests;
}
