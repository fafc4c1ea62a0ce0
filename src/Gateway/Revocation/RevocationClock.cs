namespace Gateway.Revocation;

/// <summary>
/// Expiry in whole minutes since 2024, rounded up. 24 bits suffice until 2055; a later expiry counts as the last minute, which never
/// passes.
/// </summary>
internal static class RevocationClock
{
    private const long Start = 1_704_067_200;
    private const int First = RevocationSegment.NeverLive + 1;

    // A token is accepted until `exp` plus the largest clock skew that an issuer may have. Its revocation must last as long.
    private static readonly long ForgetAfter = (long)TimeSpan.FromMinutes(5).TotalSeconds;

    /// <summary>The last minute in which an entry is live.</summary>
    /// <param name="expires">Unix seconds, as in the log.</param>
    public static int MinuteOf(long expires) => MinuteAt(expires > long.MaxValue - ForgetAfter ? long.MaxValue : expires + ForgetAfter);

    public static int MinuteOf(DateTimeOffset now) => MinuteAt(now.ToUnixTimeSeconds());

    /// <summary>An expiry, in Unix seconds, that <see cref="MinuteOf(long)"/> maps to this minute.</summary>
    public static long ExpiresOf(int minute) => Start + (minute * 60L) - ForgetAfter;

    private static int MinuteAt(long time) =>
        time <= Start ? First : (int)Math.Clamp((time - Start - 1) / 60 + 1, First, RevocationSegment.LastMinute);
}
