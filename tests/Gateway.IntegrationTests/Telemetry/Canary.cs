using System.Text;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A marked value, and how to find it again in any disguise that a program gives a value without meaning to.</summary>
internal static class Canary
{
    public const string Mark = "canary7f3d9b51c0ffee";

    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Mark);

    /// <summary>
    /// As it is, in hex, reversed in case, and within base64 of something longer, where it begins at any of three places.
    /// </summary>
    public static IReadOnlyList<byte[]> Disguises { get; } =
    [
        Bytes,
        Encoding.UTF8.GetBytes(Mark.ToUpperInvariant()),
        Encoding.UTF8.GetBytes(Convert.ToHexString(Bytes)),
        Encoding.UTF8.GetBytes(Convert.ToHexStringLower(Bytes)),
        .. Enumerable.Range(0, 3).Select(InBase64),
    ];

    /// <summary>A value with the mark in it that no other has.</summary>
    public static string New(string name) => $"{name}-{Mark}-{Guid.NewGuid():N}";

    public static bool IsIn(ReadOnlySpan<byte> text) => Excerpt(text) is not null;

    /// <summary>The mark and what stands around it; null when it is not there.</summary>
    public static string? Excerpt(ReadOnlySpan<byte> text)
    {
        foreach (var disguise in Disguises)
        {
            if (text.IndexOf(disguise) is >= 0 and var at)
            {
                return Encoding.UTF8.GetString(text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 60)]);
            }
        }

        return null;
    }

    // The characters that do not depend on what stands before and after.
    private static byte[] InBase64(int before)
    {
        var encoded = Convert.ToBase64String([.. new byte[before], .. Bytes]);
        var first = ((before * 8) + 5) / 6;
        var last = (before + Bytes.Length) * 8 / 6;
        return Encoding.UTF8.GetBytes(encoded[first..last].Replace('+', '-').Replace('/', '_'));
    }
}
