using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Gateway.Tokens;

/// <summary>
/// The claims that the gateway reads by their name, found in one pass over the claims set: asked for one by one, each costs a walk over all.
/// </summary>
internal struct KnownClaims
{
    private Values _values;
    private uint _present;

    /// <param name="claims">An object without a member twice.</param>
    public static KnownClaims Of(JsonElement claims)
    {
        var known = default(KnownClaims);
        foreach (var claim in claims.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(claim);
            // As the token spells it, and an escaped name is the name all the same (RFC 8259 section 8.3).
            var index = ClaimNames.IndexOf(name.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(claim.Name) : name);
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

    [InlineArray(24)]
    private struct Values
    {
        private JsonElement _first;
    }
}
