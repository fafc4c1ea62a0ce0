using System.Globalization;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Explanation;

/// <summary>Formats untrusted text for display: on one line, visible, and short.</summary>
internal static class Shown
{
    // Characters of one value, and items of one list: enough to recognize it. Tokens are untrusted and may hold thousands of either.
    private const int MaxLength = 100;
    private const int MaxItems = 10;

    // 9999-12-31T23:59:59Z, as for claims.
    private const double MaxNumericDate = 253_402_300_799;

    /// <summary>Text that may be missing.</summary>
    public static string Text(string? text) => text is null ? "absent" : Cut(VisibleText.Escape(text));

    public static string Quoted(string text) => $"\"{Text(text)}\"";

    /// <summary>A claim's value: text in quotation marks, everything else as its JSON.</summary>
    public static string Value(JsonElement value) =>
        value.ValueKind is JsonValueKind.String ? Quoted(value.GetString()!) : Cut(VisibleText.Escape(value.GetRawText()));

    public static string Claim(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) ? Value(value) : "absent";

    /// <summary>The first items, and the number of the others.</summary>
    public static string List(IEnumerable<string> items)
    {
        var all = items.Select(Text).ToArray();
        return all.Length == 0 ? "none"
            : string.Join(", ", all.Take(MaxItems)) + (all.Length > MaxItems ? $" and {all.Length - MaxItems} more" : "");
    }

    /// <summary>A NumericDate as a time.</summary>
    public static string Date(double seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(seconds, 0, MaxNumericDate)).ToString(
            "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>In the two largest units that are not zero.</summary>
    public static string Duration(double seconds)
    {
        // Rounded up, so that a short time that is left does not show as "0 s". A claim may be any number, so it is clamped before the
        // cast.
        var left = (long)Math.Ceiling(Math.Clamp(seconds, 0, MaxNumericDate));
        (long Size, string Name)[] units = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")];
        var parts = new List<string>();
        foreach (var (size, name) in units)
        {
            if (left >= size)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{left / size} {name}"));
                left %= size;
            }
        }

        return parts.Count == 0 ? "0 s" : string.Join(' ', parts.Take(2));
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : $"{text[..MaxLength]}... ({text.Length} characters)";
}
