using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.Foundation;

/// <summary>Explains why a regular expression of the configuration cannot be used, and names the position in it.</summary>
internal static class PatternFault
{
    public static (string Problem, string Cure) Of(Exception fault, string pattern) => fault switch
    {
        RegexParseException parse => (
            string.Create(
                CultureInfo.InvariantCulture,
                $"the regular expression \"{pattern}\" has a mistake near character {Math.Min(parse.Offset, pattern.Length)}."),
            "Close every parenthesis, bracket and brace, and write a backslash before a character that is meant literally."),
        // Patterns are matched in linear time, which is impossible with these constructs.
        NotSupportedException => (
            $"the regular expression \"{pattern}\" has a look-ahead, a look-behind, a back-reference, an atomic group or a condition.",
            "Write it without, such as ^(read|write):[a-z]+$; use two rules to ask for two things."),
        _ => ($"the regular expression \"{pattern}\" cannot be used.", "Write a simpler one."),
    };
}
