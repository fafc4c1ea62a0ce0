namespace Gateway.Revocation;

/// <summary>Expiry in whole minutes since 2024, rounded up, which 24 bits hold until 2055; what expires later counts as never expiring.</summary>
internal static class RevocationClock
{
    private const long Start = 1_704_067_200;
    private const int First = RevocationSegment.NeverLive + 1;

    // A token is accepted until `exp` plus the largest clock skew an issuer may have; its revocation must not end before.
    private static readonly long ForgetAfter = (long)TimeSpan.FromMinutes(5).TotalSeconds;

    /// <summary>The last minute in which an entry is live.</summary>
    /// <param name="expires">Unix seconds, as entries have it.</param>
    public static int MinuteOf(long expires) => MinuteAt(expires > long.MaxValue - ForgetAfter ? long.MaxValue : expires + ForgetAfter);

    public static int MinuteOf(DateTimeOffset now) => MinuteAt(now.ToUnixTimeSeconds());

    /// <summary>An expiry that gives this minute again.</summary>
    public static long ExpiresOf(int minute) => Start + (minute * 60L) - ForgetAfter;

    private static int MinuteAt(long time) => time <= Start ? First : (int)Math.Clamp((time - Start - 1) / 60 + 1, First, RevocationSegment.LastMinute);
}
