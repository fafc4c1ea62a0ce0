using System.Globalization;

namespace Gateway.Foundation;

/// <summary>
/// Escapes untrusted text for one line of a terminal, a log or a page, so that it cannot add lines or control the terminal.
/// </summary>
internal static class VisibleText
{
    /// <summary>Doubles each backslash and writes each invisible character as <c>\u</c> and four hexadecimal digits.</summary>
    public static string Escape(string? text) => string.Concat((text ?? "").Select(character => character switch
    {
        '\\' => @"\\",
        _ when char.IsControl(character) || char.GetUnicodeCategory(character) is
            UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"\\u{(int)character:x4}",
        _ => character.ToString(),
    }));
}
