namespace Gateway.Issuers;

/// <summary>
/// How often tokens with unknown keys may cause a load of an issuer's keys: <see cref="Burst"/> searches in a row, and one more each
/// <see cref="Every"/>. With a burst, a search for an invented key id leaves searches for a rotation that follows. Not safe for
/// concurrent use; <see cref="KeyLoads"/> guards it.
/// </summary>
internal sealed class SearchAllowance
{
    public const int Burst = 3;

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    // The timestamp at which the whole burst is available again; null before the first search.
    private long? _fullAt;

    /// <summary>How long until the next search may begin; zero or less when it may begin now.</summary>
    public TimeSpan DueIn(TimeProvider time) => _fullAt is { } fullAt
        ? time.GetElapsedTime(time.GetTimestamp(), fullAt) - (Every * (Burst - 1))
        : TimeSpan.Zero;

    public void Take(TimeProvider time)
    {
        var now = time.GetTimestamp();
        _fullAt = Math.Max(_fullAt ?? now, now) + (long)(Every.TotalSeconds * time.TimestampFrequency);
    }
}
