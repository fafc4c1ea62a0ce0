using System.Collections.Immutable;

namespace Gateway.Jose;

/// <summary>The closed list of reasons to reject a request because of its access token. <see cref="Rejections"/> describes each.</summary>
internal enum RejectionReason
{
    Missing = 1,
    Malformed,
    TooLarge,
    MultipleTokens,
    UnsupportedAlgorithm,
    WrongType,
    UnknownIssuer,
    UnknownKey,
    BadSignature,
    Expired,
    NotYetValid,
    LifetimeTooLong,
    WrongAudience,
    MissingClaim,
    BadClaim,
    InsufficientScope,
    ClaimMismatch,
    Revoked,
    KeysUnavailable,
    RevocationUnavailable,
    InsufficientAuthentication,
    ProofMissing,
    BadProof,
    ProofNonce,
    ExchangeUnavailable,
    Undecryptable,
    Inactive,
    IntrospectionUnavailable,
}

/// <summary>One row of the table that drives status, challenge, problem body, metric tag and documentation.</summary>
/// <param name="Status">
/// 401: the token is invalid. 403: it is valid but insufficient. 400: the request is malformed. 503: the gateway cannot decide now.
/// </param>
/// <param name="Error">The RFC 6750 section 3.1 code, or null where the challenge must not carry one.</param>
/// <param name="Tag">The name in metrics, logs and the detailed body.</param>
/// <param name="Meaning">One sentence for the documentation.</param>
internal sealed record Rejection(int Status, string? Error, string Tag, string Meaning);

/// <summary>The table of rejections, one row for each <see cref="RejectionReason"/>.</summary>
internal static class Rejections
{
    private const string InvalidToken = "invalid_token";
    private const string InvalidRequest = "invalid_request";
    private const string InsufficientScope = "insufficient_scope";

    // RFC 9449 section 12.2.
    private const string InvalidProof = "invalid_dpop_proof";
    private const string UseNonce = "use_dpop_nonce";

    // In the order of the enumeration, which begins at 1: the value 0 means "no reason" and has no row.
    private static readonly ImmutableArray<Rejection?> Table =
    [
        null,
        // RFC 6750 section 3.1: a request without credentials gets no error code.
        new(401, null, "missing", "The request carries no access token."),
        new(401, InvalidToken, "malformed", "The token is not a JWT in compact form, or its header or payload is not strict JSON."),
        new(401, InvalidToken, "too_large", "The token, its header or an identity value made from it exceeds its size limit."),
        new(400, InvalidRequest, "multiple_tokens", "The request carries more than one token (RFC 6750 section 2)."),
        new(401, InvalidToken, "unsupported_algorithm", "The `alg` is not one that the issuer may use."),
        new(
            401, InvalidToken, "wrong_type",
            "The `typ`, or a claim such as `token_use` or `nonce`, marks the token as another kind than an access token."),
        new(401, InvalidToken, "unknown_issuer", "The `iss` is not exactly that of a configured issuer."),
        new(401, InvalidToken, "unknown_key", "The issuer publishes no usable key for this `kid` and `alg`."),
        new(401, InvalidToken, "bad_signature", "The signature does not verify with the key."),
        new(401, InvalidToken, "expired", "`exp` plus the clock skew has passed."),
        new(401, InvalidToken, "not_yet_valid", "`nbf` or `iat` lies in the future beyond the clock skew."),
        new(401, InvalidToken, "lifetime_too_long", "The token lives longer than `MaxLifetime`."),
        new(401, InvalidToken, "wrong_audience", "No `aud` is one of the issuer's `Audiences`."),
        new(401, InvalidToken, "missing_claim", "A required claim is absent."),
        new(
            401, InvalidToken, "bad_claim",
            "A registered claim has the wrong JSON type or an impossible value, or `cnf` binds the token in a way that cannot be checked."),
        new(403, InsufficientScope, "insufficient_scope", "The token lacks a scope that the policy asks for."),
        new(403, InsufficientScope, "claim_mismatch", "The token's issuer or claims do not satisfy the policy."),
        new(401, InvalidToken, "revoked", "The token, its subject, session, client or issuer is on the revocation list."),
        new(
            503, null, "keys_unavailable",
            "The issuer's keys could not be loaded yet, or too many of its new tokens wait for their signature check."),
        new(503, null, "revocation_unavailable", "The revocation list is older than `MaxStaleness`."),
        new(
            401, "insufficient_user_authentication", "insufficient_authentication",
            "The user has not logged in as the policy's `StepUp` asks (RFC 9470)."),
        new(
            401, InvalidToken, "proof_missing",
            "The token is bound to a key or certificate (`cnf`) that the request does not prove to hold, or is not bound where the " +
                "policy requires it."),
        new(
            401, InvalidProof, "bad_proof",
            "The DPoP proof is malformed, wrong, too old, used before, or of another key than the token's (RFC 9449 section 4.3)."),
        new(
            401, UseNonce, "proof_nonce",
            "The DPoP proof has no nonce of the gateway, or one that has expired; `DPoP-Nonce` has the next (RFC 9449 section 9)."),
        new(503, null, "exchange_unavailable", "The issuer has not exchanged the token for one that the destination accepts (RFC 8693)."),
        new(
            401, InvalidToken, "undecryptable",
            "The encrypted token (JWE) does not decrypt with a key of `Keys:DecryptionFile`, or is not from an issuer that has that file."),
        new(401, InvalidToken, "inactive", "The issuer says of the opaque token that it is not active (RFC 7662)."),
        new(503, null, "introspection_unavailable", "The issuer could not be asked about the opaque token, or too many wait for that."),
    ];

    public static Rejection Of(RejectionReason reason) => Table[(int)reason]!;
}
