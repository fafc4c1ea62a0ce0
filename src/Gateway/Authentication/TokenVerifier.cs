using Gateway.Identity;
using Gateway.Keys;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>What verifying a token came to, revocation aside; exactly one of the two.</summary>
internal sealed record Verification(CachedToken? Token, TokenRejection? Rejection);

/// <summary>Verifies a token that is not known yet: validate, look for its key if need be, build its identity headers.</summary>
internal sealed class TokenVerifier(AccessTokenValidator validator, IdentityPlan identity, KeyRefresher keys)
{
    // One load may have ended since the first look, and the next may have begun before the key was published.
    private const int MostSearches = 3;

    /// <summary>Completes at once unless a key must be looked for or others of the issuer are being verified.</summary>
    public async ValueTask<Verification> VerifyAsync(ReadOnlyMemory<char> text, ulong hash, CancellationToken cancellationToken)
    {
        for (var search = 0; ; search++)
        {
            if (validator.Inspect(text.Span, out var token) is not { } refused)
            {
                return await CheckSignatureAsync(text, hash, token!, cancellationToken);
            }

            if (refused.Reason is not (RefusalReason.UnknownKey or RefusalReason.KeysUnavailable) || refused.Issuer is not { } issuer)
            {
                return Rejected(refused.Reason, refused.Issuer);
            }

            var found = search == MostSearches ? SeekResult.Unknown : await keys.SeekAsync(issuer.Keys, refused.Ring, cancellationToken);
            if (found != SeekResult.Loaded)
            {
                return Rejected(found == SeekResult.Unknown ? RefusalReason.UnknownKey : RefusalReason.KeysUnavailable, issuer);
            }
        }
    }

    private async ValueTask<Verification> CheckSignatureAsync(
        ReadOnlyMemory<char> text, ulong hash, UnverifiedToken unverified, CancellationToken cancellationToken)
    {
        var budget = unverified.Issuer.Keys.Verifications;
        if (!await budget.TryEnterAsync(cancellationToken))
        {
            return Rejected(RefusalReason.KeysUnavailable, unverified.Issuer);
        }

        TokenResult result;
        try
        {
            result = AccessTokenValidator.Verify(text.Span, unverified);
        }
        finally
        {
            budget.Leave();
        }

        if (!result.IsAccepted)
        {
            return Rejected(result.Reason, result.Issuer);
        }

        return identity.TryCreate(result.Token, out var headers)
            ? new Verification(new CachedToken(new VerifiedToken(result.Token, unverified.Key, headers), hash), null)
            : Rejected(RefusalReason.TooLarge, unverified.Issuer);
    }

    private static Verification Rejected(RefusalReason reason, IssuerProfile? issuer) =>
        new(null, new TokenRejection(reason, issuer?.Name));
}
