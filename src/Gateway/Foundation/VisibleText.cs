using System.Globalization;

namespace Gateway.Foundation;

/// <summary>Escapes text from outside for one line of a terminal, a log or a page.</summary>
internal static class VisibleText
{
    /// <summary>Doubles a backslash and writes each character that is not visible as <c>\u</c> and four digits.</summary>
    public static string Escape(string? text) => string.Concat((text ?? "").Select(character => character switch
    {
        '\\' => @"\\",
        _ when char.IsControl(character) || char.GetUnicodeCategory(character) is
            UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"\\u{(int)character:x4}",
        _ => character.ToString(),
    }));
}
