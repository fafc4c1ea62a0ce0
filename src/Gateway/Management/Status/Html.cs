using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Gateway.Management.Status;

/// <summary>
/// Builds a page of interpolated strings: what the program says is markup, what it puts in is text. So nothing that is shown can become
/// markup, wherever it comes from. Values stand between tags or in quoted attributes only.
/// </summary>
internal sealed class Html
{
    // Longer ones are no names, and would push everything else out of sight.
    private const int MaxLength = 300;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Appends markup with its values. The compiler has the handler write both while it evaluates the argument.</summary>
    public Html Add([InterpolatedStringHandlerArgument("")] ref Markup markup) => this;

    /// <summary>The page's own style sheet, as it is.</summary>
    public void AddSheet(string sheet) => _text.Append("<style>").Append(sheet).Append("</style>");

    public override string ToString() => _text.ToString();

    private void AddText(string text)
    {
        var cut = text.Length > MaxLength ? $"{text[..MaxLength]}… ({text.Length} characters)" : text;
        foreach (var rune in cut.EnumerateRunes())
        {
            if (IsInvisible(Rune.GetUnicodeCategory(rune)))
            {
                // A line that turns round, or a name that looks like another.
                _text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                _text.Append(Encoder.Encode(rune.ToString()));
            }
        }
    }

    // Format characters include U+202E (right-to-left override) and zero-width characters.
    private static bool IsInvisible(UnicodeCategory category) => category is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned;

    /// <summary>One interpolated string on its way into the page.</summary>
    [InterpolatedStringHandler]
#pragma warning disable CS9113, IDE0060 // The compiler passes both lengths.
    public readonly ref struct Markup(int literalLength, int formattedCount, Html html)
#pragma warning restore CS9113, IDE0060
    {
        public void AppendLiteral(string markup) => html._text.Append(markup);

        public void AppendFormatted(string? text) => html.AddText(text ?? "");

        public void AppendFormatted(long number) => html._text.Append(number);

        public void AppendFormatted(DateTimeOffset time) =>
            html._text.Append(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
    }
}
