using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Gateway.Foundation;

/// <summary>
/// How a claim becomes a header value, the same for every header. Text is UTF-8 with every byte percent-encoded that is not visible
/// ASCII, and <c>%</c> and <c>,</c> too; a space stays a space inside the value. Array items are joined by commas. So a reader splits
/// at commas and percent-decodes each part, and no claim can add an item, a header or a line. Objects travel as their JSON text.
/// </summary>
internal static class HeaderValueEncoding
{
    private const string Hex = "0123456789ABCDEF";

    // Visible ASCII and space, less the two characters that the encoding itself uses.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(c => c is not ('%' or ','))]);

    /// <summary>The header value, or null where there is nothing to say: null, an empty string, an empty array.</summary>
    public static string? Encode(JsonElement claim)
    {
        var value = claim.ValueKind == JsonValueKind.Array ? EncodeItems(claim) : EncodeItem(claim);
        return value.Length == 0 ? null : value;
    }

    public static string Encode(string text)
    {
        // HTTP trims spaces at both ends of a value (RFC 9110 section 5.5), so only those within survive as they are.
        var isTrimmed = text.StartsWith(' ') || text.EndsWith(' ');
        if (!isTrimmed && !text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var first = text.Length - text.TrimStart(' ').Length;
        var last = text.TrimEnd(' ').Length;
        var encoded = new StringBuilder(text.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            if (rune.IsAscii && Plain.Contains(text[i]) && i >= first && i < last)
            {
                encoded.Append(text[i]);
            }
            else
            {
                foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    encoded.Append('%').Append(Hex[octet >> 4]).Append(Hex[octet & 0xF]);
                }
            }

            i += length;
        }

        return encoded.ToString();
    }

    private static string EncodeItems(JsonElement list)
    {
        var items = new List<string>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (EncodeItem(item) is { Length: > 0 } encoded)
            {
                items.Add(encoded);
            }
        }

        return string.Join(',', items);
    }

    private static string EncodeItem(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => Encode(item.GetString()!),
        JsonValueKind.Object or JsonValueKind.Array => Encode(JsonSerializer.Serialize(item, JsonContext.Default.JsonElement)),
        _ => Encode(item.GetRawText()),
    };
}

/// <summary>Writes JSON without white space.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class JsonContext : System.Text.Json.Serialization.JsonSerializerContext;
