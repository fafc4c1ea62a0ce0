namespace Gateway.Tests.Tokens;

/// <summary>A clock that stands still at a whole second until a test moves it, for bounds that must be met exactly.</summary>
internal sealed class FrozenClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(System.GetUtcNow().ToUnixTimeSeconds());

    public long UnixSeconds => _now.ToUnixTimeSeconds();

    public void Advance(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;
}
