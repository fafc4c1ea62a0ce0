using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Jose;
using Gateway.Tokens;
using Gateway.Tokens.Introspection;

namespace Gateway.Authentication;

/// <summary>
/// Verifies an opaque token that is not known, or no longer: asks its issuer, checks the claims, builds the identity headers. It is asked
/// about again when <c>CacheFor</c> has passed.
/// </summary>
internal sealed class OpaqueTokenVerifier(
    AccessTokenValidator validator, IdentityPlan identity, Introspector introspector, TimeProvider time)
{
    /// <summary>Whether the text is for this verifier.</summary>
    public bool Takes(ReadOnlySpan<char> text) => validator.Issuers.Introspecting is not null && OpaqueToken.Is(text);

    /// <param name="wasActive">Whether it was verified before and its time has passed.</param>
    public async ValueTask<Verification> VerifyAsync(ReadOnlyMemory<char> text, ulong hash, bool wasActive)
    {
        var issuer = validator.Issuers.Introspecting!;
        if (OpaqueToken.CheckForm(text.Span) is { } malformed)
        {
            return Rejected(malformed, null);
        }

        var server = issuer.IntrospectionServer!;
        // Also when the client leaves: others may wait for the same token, and the call is limited by Timeout.
        var answer = await introspector.AskAsync(server, issuer, text, wasActive, CancellationToken.None);
        if (answer.Claims is not { } claims)
        {
            return Rejected(answer.Reason!.Value, issuer);
        }

        if (IntrospectedToken.Check(validator, text.Span, issuer, claims, out var token) is { } reason)
        {
            Introspector.Remember(server, text.Span, reason);
            return Rejected(reason, issuer);
        }

        if (!identity.TryCreate(token!, out var headers) || !identity.TryAssert(token!, headers, out var asserted))
        {
            return Rejected(RejectionReason.TooLarge, issuer);
        }

        var until = (time.GetUtcNow() + server.Settings.CacheFor - DateTimeOffset.UnixEpoch).TotalSeconds;
        return new Verification(
            new CachedToken(new VerifiedToken(token!, null, headers, asserted) { KnownUntil = Math.Min(until, token!.ExpiresAt) }, hash),
            null);
    }

    private static Verification Rejected(RejectionReason reason, IssuerProfile? issuer) =>
        new(null, new TokenRejection(reason, issuer?.Name));
}
