using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>
/// The JOSE header members that take part in a decision. <c>jku</c>, <c>x5u</c>, <c>jwk</c> and <c>x5c</c> are never read of a token, which
/// must not bring or name its own key (RFC 8725 section 3.10). Only DPoP proofs bring one.
/// </summary>
internal readonly record struct JoseHeader(string? Algorithm, string? KeyId, string? Type)
{
    // Longer than any provider's key ids; bounds the cost of a lookup.
    private const int MaxKeyIdLength = 256;

    /// <summary>
    /// False for anything but strict JSON with members of the expected types, and for every extension that must be understood.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JoseHeader header) => TryParse(utf8, out header, out _);

    /// <param name="json">All members.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JoseHeader header, out JsonElement json)
    {
        header = default;
        if (!StrictJson.TryParseObject(utf8, out json)
            // We understand no extension, so RFC 7515 section 4.1.11 asks us to reject every `crit`, the empty one too.
            || json.TryGetProperty("crit"u8, out _)
            // RFC 7797 section 7: a JWT must not use an unencoded payload.
            || json.TryGetProperty("b64"u8, out _)
            || !TryReadString(json, "alg"u8, out var algorithm)
            || !TryReadString(json, "kid"u8, out var keyId)
            || !TryReadString(json, "typ"u8, out var type)
            || keyId is { Length: > MaxKeyIdLength })
        {
            return false;
        }

        header = new JoseHeader(algorithm, keyId, type);
        return true;
    }

    /// <summary>True when the member is absent or a string.</summary>
    private static bool TryReadString(JsonElement json, ReadOnlySpan<byte> name, out string? value)
    {
        value = null;
        if (!json.TryGetProperty(name, out var member))
        {
            return true;
        }

        if (member.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        value = member.GetString();
        return true;
    }
}
