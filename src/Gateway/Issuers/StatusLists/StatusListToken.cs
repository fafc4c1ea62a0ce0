using System.Buffers.Text;
using System.Text.Json;

namespace Gateway.Issuers.StatusLists;

/// <summary>What a status list token (section 5.1) says.</summary>
/// <param name="IssuedAt"><c>iat</c>.</param>
/// <param name="ExpiresAt"><c>exp</c>, or null.</param>
/// <param name="Lifetime"><c>ttl</c>, or null.</param>
internal sealed record StatusListToken(StatusBits Statuses, DateTimeOffset IssuedAt, DateTimeOffset? ExpiresAt, TimeSpan? Lifetime)
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    // Beyond it a NumericDate is a mistake or an attack on arithmetic: the end of the year 9999.
    private const double MaxNumericDate = 253_402_300_799;

    /// <param name="claims">Of a token whose signature has been verified.</param>
    /// <param name="name">The <c>uri</c> of the tokens that refer to it.</param>
    /// <returns>Null with what is wrong.</returns>
    public static StatusListToken? Read(
        JsonElement claims, string issuer, string name, DateTimeOffset now, TimeSpan skew, out string? error)
    {
        error = "its `sub` is not the address that the tokens name";
        if (!claims.TryGetProperty("sub"u8, out var sub) || sub.ValueKind != JsonValueKind.String || !sub.ValueEquals(name))
        {
            return null;
        }

        error = "its `iss` is another issuer";
        if (claims.TryGetProperty("iss"u8, out var iss) && !(iss.ValueKind == JsonValueKind.String && iss.ValueEquals(issuer)))
        {
            return null;
        }

        error = "its `iat` is missing or in the future";
        if (!TryReadDate(claims, "iat", out var issuedAt) || issuedAt is null || issuedAt > now + skew)
        {
            return null;
        }

        error = "its `exp` is not a date, or has passed";
        if (!TryReadDate(claims, "exp", out var expiresAt) || expiresAt + skew <= now)
        {
            return null;
        }

        error = "its `ttl` is not a positive number";
        if (!TryReadLifetime(claims, out var lifetime))
        {
            return null;
        }

        error = "it has no `status_list` with `bits` 1, 2, 4 or 8 and `lst` in base64url";
        if (!claims.TryGetProperty("status_list"u8, out var list) || list.ValueKind != JsonValueKind.Object
            || !list.TryGetProperty("bits"u8, out var bits)
                || bits.ValueKind != JsonValueKind.Number
                || !bits.TryGetInt32(out var size)
                || size is not (1 or 2 or 4 or 8)
            || !list.TryGetProperty("lst"u8, out var packed)
                || packed.ValueKind != JsonValueKind.String
                || !Base64Url.IsValid(packed.GetString()))
        {
            return null;
        }

        error = $"its `lst` is not a zlib stream of 1 to {StatusBits.MaxLength} bytes";
        if (StatusBits.Unpack(Base64Url.DecodeFromChars(packed.GetString()), size) is not { } statuses)
        {
            return null;
        }

        error = null;
        return new StatusListToken(statuses, issuedAt.Value, expiresAt, lifetime);
    }

    private static bool TryReadDate(JsonElement claims, string name, out DateTimeOffset? date)
    {
        date = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (> 0 and <= MaxNumericDate))
        {
            return false;
        }

        date = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return true;
    }

    private static bool TryReadLifetime(JsonElement claims, out TimeSpan? lifetime)
    {
        lifetime = null;
        if (!claims.TryGetProperty("ttl"u8, out var ttl))
        {
            return true;
        }

        if (ttl.ValueKind != JsonValueKind.Number || !ttl.TryGetDouble(out var seconds) || !(seconds > 0))
        {
            return false;
        }

        lifetime = TimeSpan.FromSeconds(Math.Min(seconds, LongestLife.TotalSeconds));
        return true;
    }
}
