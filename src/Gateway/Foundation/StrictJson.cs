using System.Text.Json;
using System.Text.Unicode;

namespace Gateway.Foundation;

/// <summary>
/// Parses untrusted JSON: UTF-8, exactly one JSON object, no byte order mark, comment or trailing byte, no member twice, no unpaired
/// surrogate, bounded depth. Anything two parsers could read differently is rejected (RFC 7515 section 4, RFC 8725 section 2.4).
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static bool TryParseObject(ReadOnlySpan<byte> utf8, out JsonElement value) =>
        TryParse(utf8, out value) && value.ValueKind == JsonValueKind.Object;

    /// <summary>The same for any JSON value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JsonElement value)
    {
        value = default;
        if (!Utf8.IsValid(utf8))
        {
            return false;
        }

        try
        {
            value = JsonElement.Parse(utf8, Options);
            return !CanHoldSurrogates(utf8) || HasOnlyPairedSurrogates(value);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // The parser found an unpaired surrogate in a member name while it looked for duplicates.
            return false;
        }
    }

    // A surrogate can occur only as an escape, because it is not valid in UTF-8.
    private static bool CanHoldSurrogates(ReadOnlySpan<byte> utf8) => utf8.IndexOf("\\ud"u8) >= 0 || utf8.IndexOf("\\uD"u8) >= 0;

    private static bool HasOnlyPairedSurrogates(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    if (!HasOnlyPairedSurrogates(member.Value))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (!HasOnlyPairedSurrogates(item))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String:
                // Throws InvalidOperationException on an unpaired surrogate, which the caller turns into a rejection.
                return value.GetString() is not null;
            default:
                return true;
        }
    }
}
