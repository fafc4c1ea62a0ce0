using System.Collections.Immutable;
using Gateway.Jose;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>What is wrong with a proof, for the log. The client gets one of three reasons.</summary>
internal enum ProofFault
{
    None,
    NoProof,
    NoScheme,
    NoCertificate,
    Unbound,
    Several,
    Form,
    Algorithm,
    Method,
    Target,
    Time,
    TokenHash,
    Key,
    Nonce,
    Used,
    Signature,
    Busy,
}

/// <param name="Meaning">A sentence for the log, which repeats nothing of the request.</param>
internal sealed record ProofFaultTraits(RejectionReason Reason, string Meaning);

/// <summary>The table of faults.</summary>
internal static class ProofFaults
{
    private static readonly ImmutableArray<ProofFaultTraits?> Table =
    [
        null,
        new(RejectionReason.ProofMissing, "there is no DPoP header"),
        new(RejectionReason.ProofMissing, "the token is bound to a DPoP key and was not sent with the scheme DPoP"),
        new(
            RejectionReason.ProofMissing,
            "the token is bound to a certificate, and the connection or the proxy's header has none or another one"),
        new(RejectionReason.BadProof, "the token was sent with the scheme DPoP and is bound to no DPoP key"),
        new(RejectionReason.BadProof, "there is more than one DPoP header"),
        new(
            RejectionReason.BadProof,
            "it is not a compact JWT of type dpop+jwt with a public jwk, jti, htm, htu, iat and ath, within the size limits"),
        new(RejectionReason.BadProof, "its alg is not one of Gateway:Dpop:Algorithms, or does not fit its jwk"),
        new(RejectionReason.BadProof, "its htm is not the method of the request"),
        new(
            RejectionReason.BadProof,
            "its htu is not the URL of the request; behind a proxy, see Gateway:TrustedProxies and TrustForwardedHost"),
        new(RejectionReason.BadProof, "its iat is further from the gateway's clock than Gateway:Dpop:ProofLifetime"),
        new(RejectionReason.BadProof, "its ath is not the hash of the token"),
        new(RejectionReason.BadProof, "its jwk is not the key that the token is bound to"),
        new(RejectionReason.ProofNonce, "it has no current nonce"),
        new(RejectionReason.BadProof, "its jti was used before, or can no longer be told from one that was"),
        new(RejectionReason.BadProof, "its signature does not verify with its jwk"),
        new(RejectionReason.KeysUnavailable, "too many signatures of the issuer's clients wait to be checked"),
    ];

    public static ProofFaultTraits Of(ProofFault fault) => Table[(int)fault]!;
}
