using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Issuers.Decryption;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Tokens;
using Gateway.Tokens.Decryption;
using Gateway.Tokens.StatusLists;

namespace Gateway.Authentication;

/// <summary>The result of verifying a token, without revocation; exactly one of the two.</summary>
internal sealed record Verification(CachedToken? Token, TokenRejection? Rejection);

/// <summary>Verifies a token that is not cached: validates it, searches for an unknown key, and builds the identity headers.</summary>
internal sealed class TokenVerifier(
    AccessTokenValidator validator, IdentityPlan identity, KeySearch keys, OpaqueTokenVerifier? opaque = null,
    StatusListLoader? lists = null)
{
    // Two, because the ring in which a search found the key may be replaced before the token is inspected again.
    private const int MostSearches = 2;

    /// <summary>
    /// Completes synchronously unless a key must be fetched, the issuer is asked, or its limit of concurrent verifications is reached.
    /// </summary>
    /// <param name="wasKnown">Whether the token was verified before, and has to be verified again.</param>
    public ValueTask<Verification> VerifyAsync(ReadOnlyMemory<char> text, ulong hash, bool wasKnown, CancellationToken cancellationToken) =>
        opaque?.Takes(text.Span) == true
            ? opaque.VerifyAsync(text, hash, wasKnown)
        : !validator.Issuers.Decryptions.IsEmpty && EncryptedToken.Is(text.Span)
            ? VerifyEncryptedAsync(text, hash, cancellationToken)
        : VerifySignedAsync(text, text, hash, null, cancellationToken);

    private async ValueTask<Verification> VerifyEncryptedAsync(ReadOnlyMemory<char> text, ulong hash, CancellationToken cancellationToken)
    {
        var decrypted = await TokenDecryption.DecryptAsync(text, validator.Issuers, cancellationToken);
        if (decrypted.Keys is not { } keys)
        {
            return Rejected(decrypted.Reason, null);
        }

        var verification = await VerifySignedAsync(decrypted.Signed, text, hash, keys, cancellationToken);
        // A client can encrypt any text with a public key, for instance a token with a bad signature, which costs as much as one that
        // cannot be decrypted.
        keys.Budget.Count(isGood: verification.Token is not null);
        return verification;
    }

    /// <param name="signed">The signed token.</param>
    /// <param name="text">The token as it came.</param>
    /// <param name="decryption">The keys that the token was encrypted for; null when it was not.</param>
    private async ValueTask<Verification> VerifySignedAsync(
        ReadOnlyMemory<char> signed, ReadOnlyMemory<char> text, ulong hash, DecryptionKeys? decryption, CancellationToken cancellationToken)
    {
        for (var search = 0; ; search++)
        {
            if (validator.Inspect(signed.Span, out var token) is not { } rejected)
            {
                return decryption is not null && token!.Issuer.Decryption != decryption
                    ? Rejected(RejectionReason.Undecryptable, token.Issuer)
                    : await CheckSignatureAsync(signed, text, hash, token!, cancellationToken);
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
        ReadOnlyMemory<char> signed, ReadOnlyMemory<char> text, ulong hash, UnverifiedToken unverified, CancellationToken cancellationToken)
    {
        TokenResult result;
        using (var place = await unverified.Issuer.Keys.Verifications.EnterAsync(cancellationToken))
        {
            if (!place.IsTaken)
            {
                return Rejected(RejectionReason.KeysUnavailable, unverified.Issuer);
            }

            result = AccessTokenValidator.Verify(signed.Span, unverified, text.Span);
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

        if (!TokenStatus.TryRead(result.Token.Claims, unverified.Issuer, out var reference))
        {
            return Rejected(RejectionReason.BadClaim, unverified.Issuer);
        }

        var status = reference is { } known
            ? await FindStatusAsync(unverified.Issuer, known.Address, known.Name, known.Index, cancellationToken)
            : null;
        if (reference is not null && status is null)
        {
            return Rejected(RejectionReason.RevocationUnavailable, unverified.Issuer);
        }

        // Not for an encrypted token: its content can be encrypted again, and each copy would count as another good token.
        if (ReferenceEquals(result.Token.Signed, result.Token.Text))
        {
            unverified.Issuer.Keys.Verifications.Count(isGood: true);
        }

        return new Verification(
            new CachedToken(new VerifiedToken(result.Token, unverified.Key, headers, asserted) { Status = status }, hash), null);
    }

    /// <summary>Null when the issuer's tokens name more lists than are kept.</summary>
    private async ValueTask<StatusEntry?> FindStatusAsync(
        IssuerProfile issuer, Uri address, string name, long index, CancellationToken cancellationToken)
    {
        if (lists is null || issuer.StatusLists!.FindOrAdd(name, address) is not { } list)
        {
            return null;
        }

        await lists.EnsureAsync(issuer, list, cancellationToken);
        return new StatusEntry(list, index);
    }

    private static Verification Rejected(RejectionReason reason, IssuerProfile? issuer) =>
        new(null, new TokenRejection(reason, issuer?.Name));
}
