using Gateway.Authorization;
using Gateway.Identity;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>Turns a token's text into a verified token: validate, build its identity headers, check the revocation list.</summary>
internal sealed class Authenticator(AccessTokenValidator validator, IdentityPlan identity, RevocationList revocations)
{
    /// <summary>The verified token, or null with the reason.</summary>
    public VerifiedToken? Authenticate(ReadOnlySpan<char> text, RoutePolicy policy, out TokenRejection? rejection)
    {
        var result = validator.Validate(text);
        if (!result.IsAccepted)
        {
            rejection = new TokenRejection(result.Reason, result.Issuer?.Name);
            return null;
        }

        var token = result.Token;
        if (!identity.TryCreate(token, out var headers))
        {
            rejection = new TokenRejection(RefusalReason.TooLarge, token.Issuer.Name);
            return null;
        }

        switch (revocations.Check(token))
        {
            case RevocationStatus.Revoked:
                rejection = new TokenRejection(RefusalReason.Revoked, token.Issuer.Name);
                return null;
            case RevocationStatus.Unavailable when policy.OnRevocationUnavailable == UnavailableBehavior.Reject:
                rejection = new TokenRejection(RefusalReason.RevocationUnavailable, token.Issuer.Name);
                return null;
            default:
                rejection = null;
                return new VerifiedToken(token, headers);
        }
    }
}
