using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>
/// The claims of a token that its checks read, found in one pass over the claims set: asked for one by one, each costs a walk over all.
/// Nothing is allocated for them; they take some 500 bytes, so pass them by <c>in</c>.
/// </summary>
internal struct KnownClaims
{
    private Values _values;

    // One bit a claim.
    private ulong _present;

    /// <param name="claims">An object in which no name occurs twice.</param>
    public static KnownClaims Of(JsonElement claims)
    {
        var known = default(KnownClaims);
        foreach (var claim in claims.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(claim);
            // The raw name is as the token spells it; with an escape in it, it is the same name (RFC 8259 section 8.3).
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

    /// <summary>Whether the claim is present; null counts as present.</summary>
    public readonly bool Has(ClaimName name) => (_present & (1ul << (int)name)) != 0;

    /// <summary>
    /// Null and empty text count as absent, because serializers write them for missing values. Otherwise all tokens with an empty
    /// identifier would have the same subject. A required claim that is empty is reported as missing.
    /// </summary>
    public readonly bool HasValue(ClaimName name) =>
        TryGet(name, out var value)
        && value.ValueKind != JsonValueKind.Null
        && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));

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
