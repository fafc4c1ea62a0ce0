namespace Gateway.Benchmarks.Measure;

/// <summary>One turn of one entry.</summary>
/// <param name="Process">Which of the peer's processes served it.</param>
/// <param name="ProcessorNanoseconds">What its processes used, user and system.</param>
/// <param name="ResidentMegabytes">Resident memory of its processes after the turn, in MiB.</param>
internal readonly record struct TurnSample(
    int Process, long Requests, double Seconds, long ProcessorNanoseconds, double ResidentMegabytes)
{
    public double PerSecond => Requests / Seconds;

    /// <summary>Processor time a request, in microseconds.</summary>
    public double Microseconds => ProcessorNanoseconds / 1000.0 / Requests;
}
