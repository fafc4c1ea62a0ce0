using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>
/// The claims that the checks of a token read, found in one pass over the claims set, because a JsonElement searches all members for each
/// look-up. The struct takes about 500 bytes and no heap memory; pass it by <c>in</c>.
/// </summary>
internal struct KnownClaims
{
    private Values _values;

    // One bit for each claim.
    private ulong _present;

    /// <param name="claims">An object in which no name occurs twice.</param>
    public static KnownClaims Of(JsonElement claims)
    {
        var known = default(KnownClaims);
        foreach (var claim in claims.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(claim);
            // The raw name may contain escapes; it is equal to the unescaped name (RFC 8259 section 8.3).
            var isEscaped = name.Length <= ClaimNames.MaxEscapedLength && name.Contains((byte)'\\');
            var index = ClaimNames.IndexOf(isEscaped ? Encoding.UTF8.GetBytes(claim.Name) : name);
            if (index >= 0)
            {
                known._values[index] = claim.Value;
                known._present |= 1ul << index;
            }
        }

        return known;
    }

    /// <summary>True when the claim is present; null counts as present.</summary>
    public readonly bool Has(ClaimName name) => (_present & (1ul << (int)name)) != 0;

    /// <summary>
    /// Null and empty text count as absent, because serializers write them for missing values. Otherwise all tokens with an empty
    /// identifier would have the same subject. A required claim that is empty is reported as missing.
    /// </summary>
    public readonly bool HasValue(ClaimName name) =>
        TryGet(name, out var value)
        && value.ValueKind != JsonValueKind.Null
        && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

    /// <param name="value">Undefined when the claim is absent.</param>
    public readonly bool TryGet(ClaimName name, out JsonElement value)
    {
        value = _values[(int)name];
        return Has(name);
    }

    [InlineArray(ClaimNames.Count)]
    private struct Values
    {
        private JsonElement _first;
    }
}
