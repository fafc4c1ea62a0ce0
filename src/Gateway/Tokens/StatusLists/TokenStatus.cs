using System.Text.Json;
using Gateway.Issuers;

namespace Gateway.Tokens.StatusLists;

/// <summary>Reads the claim <c>status</c> of a token (Token Status List section 6).</summary>
internal static class TokenStatus
{
    private const int MaxAddress = 2048;

    /// <summary>
    /// False when the claim is not as it must be, or names a list that may not be fetched. True with null when the issuer's lists are not
    /// configured, or the token refers to none.
    /// </summary>
    public static bool TryRead(JsonElement claims, IssuerProfile issuer, out (Uri Address, string Name, long Index)? reference)
    {
        reference = null;
        if (issuer.StatusLists is not { } lists
            || !claims.TryGetProperty("status"u8, out var status)
            || status.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (status.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        // A token may use another mechanism.
        if (!status.TryGetProperty("status_list"u8, out var list))
        {
            return true;
        }

        if (list.ValueKind != JsonValueKind.Object
            || !list.TryGetProperty("idx"u8, out var index)
                || index.ValueKind != JsonValueKind.Number
                || !index.TryGetInt64(out var place)
                || place < 0
            || !list.TryGetProperty("uri"u8, out var uri)
                || uri.ValueKind != JsonValueKind.String
                || uri.GetString() is not { Length: <= MaxAddress } name
            || !Uri.TryCreate(name, UriKind.Absolute, out var address) || !lists.Settings.Allows(address))
        {
            return false;
        }

        reference = (address, name, place);
        return true;
    }
}
