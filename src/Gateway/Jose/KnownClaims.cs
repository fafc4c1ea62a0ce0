using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Gateway.Jose;

/// <summary>
/// The claims of a token that its checks read, found in one pass over the claims set: asked for one by one, each costs a walk over all.
/// Nothing is allocated for them; they take some 400 bytes, so pass them by <c>in</c>.
/// </summary>
internal struct KnownClaims
{
    private Values _values;

    // One bit a claim.
    private uint _present;

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
                known._present |= 1u << index;
            }
        }

        return known;
    }

    public readonly bool Has(ClaimName name) => (_present & (1u << (int)name)) != 0;

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
