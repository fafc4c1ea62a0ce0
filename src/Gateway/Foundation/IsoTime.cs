using System.Globalization;

namespace Gateway.Foundation;

/// <summary>Times as people and programs read them: ISO 8601 in UTC, to the second.</summary>
internal static class IsoTime
{
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <param name="seconds">Unix time. What no calendar has becomes the first or the last second of it.</param>
    public static string Of(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, Earliest, Latest)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
