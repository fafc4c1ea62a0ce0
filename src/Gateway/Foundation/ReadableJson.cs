using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Foundation;

/// <summary>
/// JSON that is never part of a web page: <c>+</c>, <c>&lt;</c> and letters of every script stay as they are. Escaped are quotation marks,
/// backslashes and control characters, as JSON requires, and invisible characters such as U+202E, which would let text pose as other text
/// in a terminal.
/// </summary>
internal sealed class ReadableJson : JavaScriptEncoder
{
    public static readonly ReadableJson Instance = new();

    public override int MaxOutputCharactersPerInputCharacter => UnsafeRelaxedJsonEscaping.MaxOutputCharactersPerInputCharacter;

    /// <summary>The options of a context with this encoder.</summary>
    public static JsonSerializerOptions Of(JsonSerializerOptions options) => new(options) { Encoder = Instance };

    public override bool WillEncode(int unicodeScalar) => UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar) || IsInvisible(unicodeScalar);

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var rest = new ReadOnlySpan<char>(text, textLength);
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != OperationStatus.Done || WillEncode(rune.Value))
            {
                return textLength - rest.Length;
            }

            rest = rest[consumed..];
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(
        int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        // The default encoder escapes everything beyond ASCII.
        (IsInvisible(unicodeScalar) ? Default : UnsafeRelaxedJsonEscaping).TryEncodeUnicodeScalar(
            unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    private static bool IsInvisible(int unicodeScalar) => Rune.GetUnicodeCategory(new Rune(unicodeScalar)) == UnicodeCategory.Format;
}
