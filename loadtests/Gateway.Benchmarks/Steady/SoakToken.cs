using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Steady;

/// <summary>Which response is right.</summary>
internal enum SoakKind
{
    /// <summary>200.</summary>
    Good,

    /// <summary>200; 502, 503 or 504 while its destination restarts.</summary>
    Restarting,

    /// <summary>403.</summary>
    WithoutScope,

    /// <summary>401.</summary>
    Bad,
}

/// <summary>
/// A token of the soak. A good one may be revoked: until it is, 200; from the acknowledgement on, 401; in between, either.
/// </summary>
internal sealed record SoakToken(string Text, string Path, SoakKind Kind, string Id = "") : TrafficToken(Text, false, Path)
{
    private long _asked = long.MaxValue;
    private long _acknowledged = long.MaxValue;

    /// <summary>The timestamp at which its revocation was asked for.</summary>
    public long Asked
    {
        get => Volatile.Read(ref _asked);
        set => Volatile.Write(ref _asked, value);
    }

    public long Acknowledged
    {
        get => Volatile.Read(ref _acknowledged);
        set => Volatile.Write(ref _acknowledged, value);
    }
}
