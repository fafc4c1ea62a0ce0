using System.Collections.Immutable;
using System.Text.Json;

namespace Gateway.Tokens;

/// <summary>
/// The claims that RFC 7519, RFC 9068 and common providers give a meaning, read with their exact JSON types. A claim of the wrong
/// type is <see cref="RefusalReason.BadClaim"/>: guessing what an issuer meant is how differentials begin.
/// </summary>
internal struct RegisteredClaims
{
    // 9999-12-31T23:59:59Z; beyond it a NumericDate is a mistake or an attack on arithmetic.
    private const double MaxNumericDate = 253_402_300_799;

    private static readonly ImmutableArray<ClaimName> ClientIdClaims = ClaimName.Of("client_id", "azp", "appid", "cid");

    public double ExpiresAt { get; private set; }

    public double? NotBefore { get; private set; }

    public double? IssuedAt { get; private set; }

    public string? Subject { get; private set; }

    public string? TokenId { get; private set; }

    public string? SessionId { get; private set; }

    public string? ClientId { get; private set; }

    public ImmutableArray<string> Scopes { get; private set; }

    public static bool TryRead(JsonElement claims, out RegisteredClaims read, out RefusalReason reason)
    {
        read = default;
        reason = RefusalReason.BadClaim;
        if (!claims.TryGetProperty("exp"u8, out var exp))
        {
            reason = RefusalReason.MissingClaim;
            return false;
        }

        if (!TryReadDate(exp, out var expiresAt)
            || !TryReadOptionalDate(claims, "nbf"u8, out var notBefore)
            || !TryReadOptionalDate(claims, "iat"u8, out var issuedAt)
            || !TryReadString(claims, "sub"u8, out var subject)
            || !TryReadString(claims, "jti"u8, out var tokenId)
            || !TryReadString(claims, "sid"u8, out var sessionId)
            || !TryReadClientId(claims, out var clientId)
            || !TryReadScopes(claims, out var scopes)
            // A token bound to a key (RFC 7800: DPoP, mTLS) is not a bearer token, and we cannot check the binding.
            || claims.TryGetProperty("cnf"u8, out _))
        {
            return false;
        }

        read = new RegisteredClaims
        {
            ExpiresAt = expiresAt,
            NotBefore = notBefore,
            IssuedAt = issuedAt,
            Subject = subject,
            TokenId = tokenId,
            SessionId = sessionId,
            ClientId = clientId,
            Scopes = scopes,
        };
        reason = default;
        return true;
    }

    /// <summary>RFC 7519 section 4.1.3: a string or an array of strings, one of which must be ours, exactly.</summary>
    public static bool HasAudience(JsonElement claims, ImmutableArray<string> accepted, out RefusalReason reason)
    {
        reason = RefusalReason.BadClaim;
        if (!claims.TryGetProperty("aud"u8, out var audience))
        {
            reason = RefusalReason.MissingClaim;
            return false;
        }

        if (audience.ValueKind == JsonValueKind.String)
        {
            reason = RefusalReason.WrongAudience;
            return accepted.Contains(audience.GetString()!);
        }

        if (audience.ValueKind != JsonValueKind.Array || audience.GetArrayLength() == 0)
        {
            return false;
        }

        var found = false;
        foreach (var item in audience.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            found |= accepted.Contains(item.GetString()!);
        }

        reason = RefusalReason.WrongAudience;
        return found;
    }

    private static bool TryReadDate(JsonElement value, out double seconds)
    {
        seconds = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out seconds) && seconds is > 0 and <= MaxNumericDate;
    }

    private static bool TryReadOptionalDate(JsonElement claims, ReadOnlySpan<byte> name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        var read = TryReadDate(value, out var date);
        seconds = date;
        return read;
    }

    private static bool TryReadString(JsonElement claims, ReadOnlySpan<byte> name, out string? text)
    {
        text = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        // An empty identifier is no identifier; treating it as one would make all such tokens the same subject.
        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return !string.IsNullOrEmpty(text);
    }

    private static bool TryReadClientId(JsonElement claims, out string? clientId)
    {
        clientId = null;
        foreach (var name in ClientIdClaims)
        {
            if (!TryReadString(claims, name.Utf8, out var candidate))
            {
                return false;
            }

            clientId ??= candidate;
        }

        return true;
    }

    private static bool TryReadScopes(JsonElement claims, out ImmutableArray<string> scopes)
    {
        scopes = [];
        if (claims.TryGetProperty("scope"u8, out var scope))
        {
            // RFC 8693 section 4.2: one string, space-separated.
            if (scope.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            scopes = [.. SplitList(scope.GetString()!)];
            return true;
        }

        if (!claims.TryGetProperty("scp"u8, out var scp))
        {
            return true;
        }

        switch (scp.ValueKind)
        {
            case JsonValueKind.String:
                scopes = [.. SplitList(scp.GetString()!)];
                return true;
            case JsonValueKind.Array:
                foreach (var item in scp.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String || item.GetString()!.Contains(' '))
                    {
                        return false;
                    }
                }

                scopes = [.. scp.EnumerateArray().Select(item => item.GetString()!)];
                return true;
            default:
                return false;
        }
    }

    private static string[] SplitList(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
