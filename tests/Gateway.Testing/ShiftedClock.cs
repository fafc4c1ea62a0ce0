namespace Gateway.Testing;

/// <summary>A clock that a test moves; between moves it runs on, and its timers fire in real time.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;
    private long _jump;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    /// <summary>Sets the time of day wrong, or right again, while no time passes.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jump, by.Ticks);

    public override DateTimeOffset GetUtcNow() =>
        System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift) + Interlocked.Read(ref _jump));

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _shift)).TotalSeconds * System.TimestampFrequency);
}
