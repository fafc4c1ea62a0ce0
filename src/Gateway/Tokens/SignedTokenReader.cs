using System.Text.Json;
using Gateway.Issuers;
using Gateway.Issuers.Decryption;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Tokens.Decryption;

namespace Gateway.Tokens;

/// <summary>A JWT whose signature was verified with a key of its issuer. Its claims have not been checked.</summary>
internal sealed record SignedToken(IssuerProfile Issuer, JsonElement Claims);

/// <summary>Checks a token before its signature is verified; returns the reason to reject it, or null.</summary>
internal delegate RejectionReason? TokenCheck(JoseHeader header, JsonElement claims, IssuerProfile issuer);

/// <summary>The signed token, or the reason for its rejection; exactly one of the two.</summary>
internal readonly record struct SignedTokenResult(SignedToken? Token, RejectionReason Reason);

/// <summary>
/// Verifies the issuer's signature on tokens that are not used as credentials: logout tokens, and access tokens that an administrator
/// revokes. It checks form, issuer, algorithm, the rules for the kind of token, key and signature, in the order of their cost.
/// </summary>
internal sealed class SignedTokenReader(LiveIssuers live, KeySearch keys, TimeProvider time)
{
    /// <summary>If the token names an unknown key, searches for it first, within the same allowance as for access tokens.</summary>
    public async ValueTask<SignedTokenResult> ReadAsync(ReadOnlyMemory<char> text, TokenCheck check, CancellationToken cancellationToken)
    {
        if (live.Current.Decryptions.IsEmpty || !EncryptedToken.Is(text.Span))
        {
            return await ReadAsync(text, null, check, cancellationToken);
        }

        var (signed, decryption, fault) = await TokenDecryption.DecryptAsync(text, live.Current, cancellationToken);
        if (decryption is null)
        {
            return Rejected(fault);
        }

        var result = await ReadAsync(signed, decryption, check, cancellationToken);
        // Any client can encrypt any text with a public key, which costs as much as one that cannot be decrypted.
        decryption.Budget.Count(isGood: result.Token is not null);
        return result;
    }

    private async ValueTask<SignedTokenResult> ReadAsync(
        ReadOnlyMemory<char> text, DecryptionKeys? decryption, TokenCheck check, CancellationToken cancellationToken)
    {
        if (!TokenParts.TryRead(text.Span, out var header, out var claims, out var reason))
        {
            return Rejected(reason);
        }

        if (SignatureAlgorithms.Find(header.Algorithm) is not { } algorithm)
        {
            return Rejected(RejectionReason.UnsupportedAlgorithm);
        }

        if (!live.Current.TryFind(KnownClaims.Of(claims), time, out var issuer, out reason))
        {
            return Rejected(reason);
        }

        if (decryption is not null && issuer!.Decryption != decryption)
        {
            return Rejected(RejectionReason.Undecryptable);
        }

        if (!issuer!.Algorithms.Contains(algorithm.Algorithm))
        {
            return Rejected(RejectionReason.UnsupportedAlgorithm);
        }

        return check(header, claims, issuer) is { } why
            ? Rejected(why)
            : await VerifyAsync(text, header, algorithm, new SignedToken(issuer, claims), cancellationToken);
    }

    private async ValueTask<SignedTokenResult> VerifyAsync(
        ReadOnlyMemory<char> text, JoseHeader header, AlgorithmTraits algorithm, SignedToken token, CancellationToken cancellationToken)
    {
        var (key, reason) = await keys.KeyOfAsync(token.Issuer.Keys, new WantedKey(header.KeyId, algorithm), cancellationToken);
        return key is null ? Rejected(reason) : await VerifyAsync(text, algorithm, key, token, cancellationToken);
    }

    private static async ValueTask<SignedTokenResult> VerifyAsync(
        ReadOnlyMemory<char> text, AlgorithmTraits algorithm, VerificationKey key, SignedToken token, CancellationToken cancellationToken)
    {
        // Any client may send such tokens, so they share the limit of concurrent verifications with the issuer's access tokens.
        using var place = await token.Issuer.Keys.Verifications.EnterAsync(cancellationToken);
        if (!place.IsTaken)
        {
            return Rejected(RejectionReason.KeysUnavailable);
        }

        if (TokenParts.IsSigned(text.Span, algorithm, key))
        {
            return new SignedTokenResult(token, default);
        }

        token.Issuer.Keys.Verifications.Count(isGood: false);
        return Rejected(RejectionReason.BadSignature);
    }

    private static SignedTokenResult Rejected(RejectionReason reason) => new(null, reason);
}
