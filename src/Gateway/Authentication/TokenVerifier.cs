using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>The result of verifying a token, without revocation; exactly one of the two.</summary>
internal sealed record Verification(CachedToken? Token, TokenRejection? Rejection);

/// <summary>Verifies a token that is not cached: validates it, searches for an unknown key, and builds the identity headers.</summary>
internal sealed class TokenVerifier(AccessTokenValidator validator, IdentityPlan identity, KeySearch keys)
{
    // Two, because the ring in which a search found the key may be replaced before the token is inspected again.
    private const int MostSearches = 2;

    /// <summary>Completes synchronously unless a key must be fetched or the issuer's limit of concurrent verifications is reached.</summary>
    public async ValueTask<Verification> VerifyAsync(ReadOnlyMemory<char> text, ulong hash, CancellationToken cancellationToken)
    {
        for (var search = 0; ; search++)
        {
            if (validator.Inspect(text.Span, out var token) is not { } rejected)
            {
                return await CheckSignatureAsync(text, hash, token!, cancellationToken);
            }

            if (search == MostSearches || rejected is not { Wanted: { } wanted, Issuer: { } issuer })
            {
                return Rejected(rejected.Reason, rejected.Issuer);
            }

            if (await keys.FindAsync(issuer.Keys, wanted, cancellationToken) is { } reason)
            {
                return Rejected(reason, issuer);
            }
        }
    }

    private async ValueTask<Verification> CheckSignatureAsync(
        ReadOnlyMemory<char> text, ulong hash, UnverifiedToken unverified, CancellationToken cancellationToken)
    {
        TokenResult result;
        using (var place = await unverified.Issuer.Keys.Verifications.EnterAsync(cancellationToken))
        {
            if (!place.IsTaken)
            {
                return Rejected(RejectionReason.KeysUnavailable, unverified.Issuer);
            }

            result = AccessTokenValidator.Verify(text.Span, unverified);
        }

        if (!result.IsAccepted)
        {
            unverified.Issuer.Keys.Verifications.Count(isGood: false);
            return Rejected(result.Reason, result.Issuer);
        }

        if (!identity.TryCreate(result.Token, out var headers) || !identity.TryAssert(result.Token, headers, out var asserted))
        {
            return Rejected(RejectionReason.TooLarge, unverified.Issuer);
        }

        unverified.Issuer.Keys.Verifications.Count(isGood: true);
        return new Verification(new CachedToken(new VerifiedToken(result.Token, unverified.Key, headers, asserted), hash), null);
    }

    private static Verification Rejected(RejectionReason reason, IssuerProfile? issuer) =>
        new(null, new TokenRejection(reason, issuer?.Name));
}
