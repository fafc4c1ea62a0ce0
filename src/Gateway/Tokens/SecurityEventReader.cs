using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>A security event token whose signature and claims have been checked.</summary>
/// <param name="TokenId"><c>jti</c>.</param>
/// <param name="IssuedAt"><c>iat</c> in Unix seconds.</param>
/// <param name="UsableUntil">The Unix second from which on the token is too old to be accepted.</param>
/// <param name="Revocations">What is to be revoked, with the name of each event. Empty for a verification.</param>
internal sealed record SecurityEventToken(
    IssuerProfile Issuer, string TokenId, double IssuedAt, double UsableUntil,
    IReadOnlyList<(SecurityEventSubject Subject, string Event)> Revocations);

/// <summary>The token, or why there is none; exactly one of the two.</summary>
internal readonly record struct SecurityEventResult(SecurityEventToken? Token, RejectionReason Reason);

/// <summary>
/// Validates security event tokens (RFC 8417) as strictly as logout tokens, with the signature last. They have no <c>exp</c>, so their
/// <c>iat</c> says how long they are accepted. No other kind of token passes, nor does an event that the gateway cannot act on.
/// </summary>
internal sealed class SecurityEventReader(SignedTokenReader tokens, TimeProvider time)
{
    // RFC 8417 section 2.3. No other type: access, ID and logout tokens of the issuer are signed with the same key.
    private static readonly string[] Types = ["secevent+jwt"];

    // A transmitter repeats what was not acknowledged, for hours at most. Events about tokens that still live count longer.
    private static readonly TimeSpan ShortestAge = TimeSpan.FromDays(1);

    /// <param name="issuerName">The issuer whose path the token was sent to, by its name in yarp.json.</param>
    public async ValueTask<SecurityEventResult> ReadAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        SecurityEventToken? read = null;
        var result =
            await tokens.ReadAsync(text, (header, json, issuer) => Check(header, json, issuer, issuerName, out read), cancellationToken);
        return result.Token is null ? new SecurityEventResult(null, result.Reason) : new SecurityEventResult(read, default);
    }

    private RejectionReason? Check(
        JoseHeader header, JsonElement json, IssuerProfile issuer, string issuerName, out SecurityEventToken? read)
    {
        read = null;
        if (issuer.SecurityEvents is not { } settings || !issuer.Name.Equals(issuerName, StringComparison.OrdinalIgnoreCase))
        {
            return RejectionReason.UnknownIssuer;
        }

        var known = KnownClaims.Of(json);
        if (header.Type is null || !TokenKind.IsAllowedType(header.Type, Types) || known.Has(ClaimName.Nonce))
        {
            return RejectionReason.WrongType;
        }

        if (!known.HasValue(ClaimName.Iss)
            || !known.HasValue(ClaimName.Jti)
            || !known.HasValue(ClaimName.Iat)
            || !known.Has(ClaimName.Events))
        {
            return RejectionReason.MissingClaim;
        }

        // Shared Signals 1.0 section 4.1: the subject is in sub_id, and there is no expiry. Nothing binds such a token to a sender.
        if (known.Has(ClaimName.Sub) || known.Has(ClaimName.Exp) || known.Has(ClaimName.Cnf)
            || !TryReadText(known, ClaimName.Jti, out var tokenId)
            || !known.TryGet(ClaimName.Iat, out var iat)
                || iat.ValueKind != JsonValueKind.Number
                || !iat.TryGetDouble(out var issuedAt)
                || issuedAt <= 0)
        {
            return RejectionReason.BadClaim;
        }

        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        var skew = issuer.ClockSkew.TotalSeconds;
        var until = issuedAt + Math.Max(ShortestAge.TotalSeconds, issuer.MaxLifetime.TotalSeconds) + skew;
        if (issuedAt > now + skew)
        {
            return RejectionReason.NotYetValid;
        }

        if (now >= until)
        {
            return RejectionReason.Expired;
        }

        if (!RegisteredClaims.HasAudience(known, [settings.Audience], out var reason))
        {
            return reason;
        }

        if (!TryReadEvents(json, issuer, out var revocations))
        {
            return RejectionReason.BadClaim;
        }

        read = new SecurityEventToken(issuer, tokenId!, issuedAt, until, revocations);
        return null;
    }

    /// <summary>False when an event is unknown or names nothing to revoke: the issuer must not take it for done.</summary>
    private static bool TryReadEvents(
        JsonElement json, IssuerProfile issuer, out List<(SecurityEventSubject Subject, string Event)> revocations)
    {
        revocations = [];
        var hasSubject = json.TryGetProperty("sub_id"u8, out var subject);
        var count = 0;
        if (!json.TryGetProperty("events"u8, out var events) || events.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var each in events.EnumerateObject())
        {
            count++;
            if (!SecurityEventKinds.TryFind(each.Name, out var kind) || each.Value.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            // Before RFC 9493 the subject was in the event. In both places it could be two.
            var hasOwn = each.Value.TryGetProperty("subject"u8, out var own);
            if (kind == SecurityEventKind.Verification)
            {
                continue;
            }

            if (hasOwn == hasSubject
                || !SecurityEventSubject.TryRead(hasOwn ? own : subject, issuer, kind == SecurityEventKind.SessionRevoked, out var found))
            {
                return false;
            }

            revocations.Add(
                (
                    kind == SecurityEventKind.SessionRevoked || found.Subject is null ? found : found with { SessionId = null },
                    SecurityEventKinds.NameOf(each.Name)));
        }

        return count > 0;
    }

    private static bool TryReadText(in KnownClaims claims, ClaimName name, out string? text)
    {
        text = claims.TryGet(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }
}
