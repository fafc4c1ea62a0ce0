using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// The claims that RFC 7519, RFC 9068 and common providers give a meaning, read with their exact JSON types. A claim of the wrong
/// type is <see cref="RefusalReason.BadClaim"/>: guessing what an issuer meant is how differentials begin.
/// </summary>
internal struct RegisteredClaims
{
    // 9999-12-31T23:59:59Z; beyond it a NumericDate is a mistake or an attack on arithmetic.
    private const double MaxNumericDate = 253_402_300_799;

    private static readonly ImmutableArray<ClaimName> ClientIdClaims = [ClaimName.ClientId, ClaimName.Azp, ClaimName.AppId, ClaimName.Cid];

    public double ExpiresAt { get; private set; }

    public double? NotBefore { get; private set; }

    public double? IssuedAt { get; private set; }

    public string? Subject { get; private set; }

    public string? TokenId { get; private set; }

    public string? SessionId { get; private set; }

    public string? ClientId { get; private set; }

    public ImmutableArray<string> Scopes { get; private set; }

    public static bool TryRead(in KnownClaims claims, out RegisteredClaims read, out RefusalReason reason)
    {
        read = default;
        reason = RefusalReason.BadClaim;
        if (!claims.TryGet(ClaimName.Exp, out var exp))
        {
            reason = RefusalReason.MissingClaim;
            return false;
        }

        if (!TryReadDate(exp, out var expiresAt)
            || !TryReadOptionalDate(claims, ClaimName.Nbf, out var notBefore)
            || !TryReadOptionalDate(claims, ClaimName.Iat, out var issuedAt)
            || !TryReadString(claims, ClaimName.Sub, out var subject)
            || !TryReadString(claims, ClaimName.Jti, out var tokenId)
            || !TryReadString(claims, ClaimName.Sid, out var sessionId)
            || !TryReadClientId(claims, out var clientId)
            || !TryReadScopes(claims, out var scopes)
            // A token bound to a key (RFC 7800: DPoP, mTLS) is not a bearer token, and we cannot check the binding.
            || claims.Has(ClaimName.Cnf))
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
    public static bool HasAudience(in KnownClaims claims, ImmutableArray<string> accepted, out RefusalReason reason)
    {
        reason = RefusalReason.BadClaim;
        if (!claims.TryGet(ClaimName.Aud, out var audience))
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

    private static bool TryReadOptionalDate(in KnownClaims claims, ClaimName name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGet(name, out var value))
        {
            return true;
        }

        var read = TryReadDate(value, out var date);
        seconds = date;
        return read;
    }

    private static bool TryReadString(in KnownClaims claims, ClaimName name, out string? text)
    {
        text = null;
        if (!claims.TryGet(name, out var value))
        {
            return true;
        }

        // An empty identifier is no identifier; treating it as one would make all such tokens the same subject.
        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return !string.IsNullOrEmpty(text);
    }

    private static bool TryReadClientId(in KnownClaims claims, out string? clientId)
    {
        clientId = null;
        foreach (var name in ClientIdClaims)
        {
            if (!TryReadString(claims, name, out var candidate))
            {
                return false;
            }

            clientId ??= candidate;
        }

        return true;
    }

    private static bool TryReadScopes(in KnownClaims claims, out ImmutableArray<string> scopes)
    {
        scopes = [];
        if (claims.TryGet(ClaimName.Scope, out var scope))
        {
            // RFC 8693 section 4.2: one string, space-separated.
            if (scope.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            scopes = SplitList(scope);
            return true;
        }

        if (!claims.TryGet(ClaimName.Scp, out var scp))
        {
            return true;
        }

        switch (scp.ValueKind)
        {
            case JsonValueKind.String:
                scopes = SplitList(scp);
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

    private static ImmutableArray<string> SplitList(JsonElement text) =>
        ImmutableCollectionsMarshal.AsImmutableArray(text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
