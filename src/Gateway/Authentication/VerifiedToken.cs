using System.Collections.Immutable;
using Gateway.Identity;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>A token that is valid and not revoked, with everything that is the same for each of its requests. Immutable.</summary>
internal sealed class VerifiedToken(AccessToken token, ImmutableArray<IdentityHeader> identityHeaders)
{
    public AccessToken Token => token;

    public ImmutableArray<IdentityHeader> IdentityHeaders => identityHeaders;
}

/// <summary>Why a request has no verified token, and whose token it claimed to be as far as that was known.</summary>
internal sealed record TokenRejection(RefusalReason Reason, string? Issuer);
