using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>
/// The claims with a meaning in RFC 7519, RFC 9068 or at common providers, read with their exact JSON types. A claim of a wrong type is
/// <see cref="RejectionReason.BadClaim"/> and is not converted: gateway and destination could convert it differently.
/// </summary>
internal struct RegisteredClaims
{
    // 9999-12-31T23:59:59Z. A later NumericDate is a mistake or an attempt to cause an overflow.
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

    /// <summary>What a sender has to prove to hold; null for a bearer token.</summary>
    public TokenBinding? Binding { get; private set; }

    public static bool TryRead(in KnownClaims claims, out RegisteredClaims read, out RejectionReason reason)
    {
        read = default;
        reason = RejectionReason.BadClaim;
        if (!claims.TryGet(ClaimName.Exp, out var exp))
        {
            reason = RejectionReason.MissingClaim;
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
            || !TokenBinding.TryRead(claims, out var binding))
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
            Binding = binding,
        };
        reason = default;
        return true;
    }

    /// <summary>True when the token names no audience: <c>aud</c> is absent, null, empty text or an empty list.</summary>
    public static bool HasNoAudience(in KnownClaims claims) =>
        !HasValue(claims, ClaimName.Aud, out var audience) || (audience.ValueKind == JsonValueKind.Array && audience.GetArrayLength() == 0);

    /// <summary>
    /// RFC 7519 section 4.1.3: <c>aud</c> is a string or an array of strings, one of which must equal an accepted audience.
    /// </summary>
    public static bool HasAudience(in KnownClaims claims, ImmutableArray<string> accepted, out RejectionReason reason)
    {
        reason = RejectionReason.BadClaim;
        if (!claims.TryGet(ClaimName.Aud, out var audience))
        {
            reason = RejectionReason.MissingClaim;
            return false;
        }

        if (audience.ValueKind == JsonValueKind.String)
        {
            reason = RejectionReason.WrongAudience;
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

        reason = RejectionReason.WrongAudience;
        return found;
    }

    private static bool HasValue(in KnownClaims claims, ClaimName name, out JsonElement value)
    {
        claims.TryGet(name, out value);
        return claims.HasValue(name);
    }

    private static bool TryReadDate(JsonElement value, out double seconds)
    {
        seconds = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out seconds) && seconds is > 0 and <= MaxNumericDate;
    }

    private static bool TryReadOptionalDate(in KnownClaims claims, ClaimName name, out double? seconds)
    {
        seconds = null;
        if (!HasValue(claims, name, out var value))
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
        if (!HasValue(claims, name, out var value))
        {
            return true;
        }

        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
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
        // RFC 8693 section 4.2: `scope` is one space-separated string. Entra ID and Okta use `scp`, and several issuers send an array in
        // either claim.
        if (!HasValue(claims, ClaimName.Scope, out var list) && !HasValue(claims, ClaimName.Scp, out list))
        {
            return true;
        }

        switch (list.ValueKind)
        {
            case JsonValueKind.String:
                scopes = SplitList(list);
                return true;
            case JsonValueKind.Array:
                foreach (var item in list.EnumerateArray())
                {
                    if (item.ValueKind != JsonValueKind.String || item.GetString()!.Contains(' '))
                    {
                        return false;
                    }
                }

                scopes = [.. list.EnumerateArray().Select(item => item.GetString()!)];
                return true;
            default:
                return false;
        }
    }

    private static ImmutableArray<string> SplitList(JsonElement text) =>
        ImmutableCollectionsMarshal.AsImmutableArray(text.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
