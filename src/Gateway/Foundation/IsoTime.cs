using System.Globalization;

namespace Gateway.Foundation;

/// <summary>Times in ISO 8601, in UTC and to the second.</summary>
internal static class IsoTime
{
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <param name="seconds">Unix time. A value outside of the calendar becomes its first or its last second.</param>
    public static string Of(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, Earliest, Latest)).ToString(
            "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
