using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>A JWT whose signature is its issuer's. Nothing that it says has been judged.</summary>
internal sealed record SignedToken(IssuerProfile Issuer, JsonElement Claims);

/// <summary>Looks at a token before its signature is verified; the reason to refuse it, or null.</summary>
internal delegate RefusalReason? TokenCheck(JoseHeader header, JsonElement claims, IssuerProfile issuer);

/// <summary>The signed token, or why there is none; exactly one of the two.</summary>
internal readonly record struct SignedTokenResult(SignedToken? Token, RefusalReason Reason);

/// <summary>
/// Whose word is this? Form, issuer, algorithm, the checks of the kind of token, key and signature, in the order of cost. For the tokens
/// that are no credentials here: logout tokens, and those that an administrator withdraws.
/// </summary>
internal sealed class SignedTokenReader(LiveIssuers live, KeySearch keys, TimeProvider time)
{
    /// <summary>Looks for a new key first when the token names one that is not known, as often as access tokens may.</summary>
    public async ValueTask<SignedTokenResult> ReadAsync(ReadOnlyMemory<char> text, TokenCheck check, CancellationToken cancellationToken)
    {
        if (!TokenParts.TryRead(text.Span, out var header, out var claims, out var reason))
        {
            return Refused(reason);
        }

        if (SignatureAlgorithms.Find(header.Algorithm) is not { } algorithm)
        {
            return Refused(RefusalReason.UnsupportedAlgorithm);
        }

        if (!live.Current.TryFind(KnownClaims.Of(claims), time, out var issuer, out reason))
        {
            return Refused(reason);
        }

        if (!issuer!.Algorithms.Contains(algorithm.Algorithm))
        {
            return Refused(RefusalReason.UnsupportedAlgorithm);
        }

        return check(header, claims, issuer) is { } why
            ? Refused(why)
            : await VerifyAsync(text, header, algorithm, new SignedToken(issuer, claims), cancellationToken);
    }

    private async ValueTask<SignedTokenResult> VerifyAsync(
        ReadOnlyMemory<char> text, JoseHeader header, AlgorithmTraits algorithm, SignedToken token, CancellationToken cancellationToken)
    {
        var issuerKeys = token.Issuer.Keys;
        if (issuerKeys.Current.Find(header.KeyId, algorithm) is not { } key)
        {
            if (await keys.FindAsync(issuerKeys, new WantedKey(header.KeyId, algorithm), cancellationToken) is { } reason)
            {
                return Refused(reason);
            }

            // Null when the ring was replaced once more in this moment.
            key = issuerKeys.Current.Find(header.KeyId, algorithm);
        }

        return key is null ? Refused(RefusalReason.UnknownKey) : await VerifyAsync(text, algorithm, key, token, cancellationToken);
    }

    private static async ValueTask<SignedTokenResult> VerifyAsync(
        ReadOnlyMemory<char> text, AlgorithmTraits algorithm, VerificationKey key, SignedToken token, CancellationToken cancellationToken)
    {
        // Anybody may send tokens to verify, so these stand in the same line as the issuer's access tokens.
        using var place = await token.Issuer.Keys.Verifications.EnterAsync(cancellationToken);
        if (!place.IsTaken)
        {
            return Refused(RefusalReason.KeysUnavailable);
        }

        if (TokenParts.IsSigned(text.Span, algorithm, key))
        {
            return new SignedTokenResult(token, default);
        }

        token.Issuer.Keys.Verifications.Count(isGood: false);
        return Refused(RefusalReason.BadSignature);
    }

    private static SignedTokenResult Refused(RefusalReason reason) => new(null, reason);
}
