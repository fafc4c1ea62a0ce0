namespace Gateway.Issuers.Introspection;

/// <summary>So many calls a second, of which those of one second may come at once.</summary>
internal sealed class CallAllowance(int perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _each = Math.Max(1, time.TimestampFrequency / perSecond);

    // The timestamp at which the whole second is available again.
    private long _fullAt = long.MinValue;

    public bool TryTake()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var next = Math.Max(_fullAt, now) + _each;
            if (next - now > time.TimestampFrequency)
            {
                return false;
            }

            _fullAt = next;
            return true;
        }
    }
}
