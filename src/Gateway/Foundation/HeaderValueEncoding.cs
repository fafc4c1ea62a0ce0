using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Gateway.Foundation;

/// <summary>
/// Encodes a claim as a header value. Text is UTF-8 in which each byte that is not visible ASCII is percent-encoded, and <c>%</c> and
/// <c>,</c> too; a space inside the value is kept. Commas join the items of an array. A destination splits at commas and
/// percent-decodes each part, so a claim cannot add an item, a header or a line. Objects are encoded as their JSON text.
/// </summary>
internal static class HeaderValueEncoding
{
    private const string Hex = "0123456789ABCDEF";

    // Visible ASCII and space, without the two characters that the encoding uses itself.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(c => c is not ('%' or ','))]);

    /// <summary>The header value; null when the claim is null, an empty string or an empty array.</summary>
    public static string? Encode(JsonElement claim)
    {
        var value = claim.ValueKind == JsonValueKind.Array ? EncodeItems(claim) : EncodeItem(claim);
        return value.Length == 0 ? null : value;
    }

    public static string Encode(string text)
    {
        // HTTP trims spaces at both ends of a value (RFC 9110 section 5.5), so those are percent-encoded.
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
