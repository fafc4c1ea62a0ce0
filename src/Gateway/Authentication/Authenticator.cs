using Gateway.Authorization;
using Gateway.Identity;
using Gateway.Keys;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>The verified token, or why there is none; exactly one of the two.</summary>
internal readonly record struct AuthenticationOutcome(VerifiedToken? Token, TokenRejection? Rejection);

/// <summary>Turns a token's text into a verified token: validate, build its identity headers, check the revocation list.</summary>
internal sealed class Authenticator(AccessTokenValidator validator, IdentityPlan identity, RevocationList revocations, KeyRefresher keys)
{
    /// <summary>Completes at once unless the token names a key that must be looked for first.</summary>
    public ValueTask<AuthenticationOutcome> AuthenticateAsync(ReadOnlyMemory<char> text, RoutePolicy policy, CancellationToken cancellationToken)
    {
        var result = validator.Validate(text.Span);
        return result is { Reason: RefusalReason.UnknownKey or RefusalReason.KeysUnavailable, Issuer: not null }
            ? SeekKeyAsync(text, result.Issuer, result.Ring, policy, cancellationToken)
            : ValueTask.FromResult(Complete(result, policy));
    }

    private async ValueTask<AuthenticationOutcome> SeekKeyAsync(
        ReadOnlyMemory<char> text, IssuerProfile issuer, KeyRing? lookedInto, RoutePolicy policy, CancellationToken cancellationToken)
    {
        // Three looks at most: one load may have ended since the first, and the next may have begun before the key was published.
        for (var look = 0; look < 3; look++)
        {
            switch (await keys.SeekAsync(issuer.Keys, lookedInto, cancellationToken))
            {
                case SeekResult.Unavailable:
                    return Rejected(RefusalReason.KeysUnavailable, issuer);
                case SeekResult.Unknown:
                    return Rejected(RefusalReason.UnknownKey, issuer);
            }

            var result = validator.Validate(text.Span);
            if (result.Reason is not (RefusalReason.UnknownKey or RefusalReason.KeysUnavailable))
            {
                return Complete(result, policy);
            }

            lookedInto = result.Ring;
        }

        return Rejected(RefusalReason.UnknownKey, issuer);
    }

    private AuthenticationOutcome Complete(in TokenResult result, RoutePolicy policy)
    {
        if (!result.IsAccepted)
        {
            return Rejected(result.Reason, result.Issuer);
        }

        var token = result.Token;
        if (!identity.TryCreate(token, out var headers))
        {
            return Rejected(RefusalReason.TooLarge, token.Issuer);
        }

        return revocations.Check(token) switch
        {
            RevocationStatus.Revoked => Rejected(RefusalReason.Revoked, token.Issuer),
            RevocationStatus.Unavailable when policy.OnRevocationUnavailable == UnavailableBehavior.Reject =>
                Rejected(RefusalReason.RevocationUnavailable, token.Issuer),
            _ => new AuthenticationOutcome(new VerifiedToken(token, headers), null),
        };
    }

    private static AuthenticationOutcome Rejected(RefusalReason reason, IssuerProfile? issuer) =>
        new(null, new TokenRejection(reason, issuer?.Name));
}
