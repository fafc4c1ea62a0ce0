using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Gateway.Identity;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>A valid token, with all data that its requests share.</summary>
/// <param name="assertedClaims">The claims of its assertions; null where there are none.</param>
internal sealed class VerifiedToken(
    AccessToken token, TokenKey? key, ImmutableArray<IdentityHeader> identityHeaders, byte[]? assertedClaims = null)
{
    // A token is used with few policies. Further decisions are not stored.
    private const int MostDecisions = 8;

    // A linked list, because its head is almost always the decision that is needed and takes one memory read less than an array.
    private volatile Decided? _lastDecided;
    private volatile TokenLookup? _lookup;
    private volatile TokenIdentity? _identity;
    private volatile VerificationKey? _proofKey;

    private SignedAssertion? _assertions;
    private string? _fingerprint;

    // Immutable. If two threads create them at once, one result is lost.
    private RevocationKeys? _revocationKeys;

    public AccessToken Token => token;

    /// <summary>The key that has verified the token; null for an opaque token.</summary>
    public TokenKey? Key => key;

    /// <summary>The Unix second from which on the issuer must be asked about an opaque token again; null for other tokens.</summary>
    public double? KnownUntil { get; init; }

    /// <summary>Its place in a status list of its issuer; null when it has none.</summary>
    public StatusEntry? Status { get; init; }

    public ImmutableArray<IdentityHeader> IdentityHeaders => identityHeaders;

    /// <summary>The claims of its assertions; null where there are none.</summary>
    public byte[]? AssertedClaims => assertedClaims;

    /// <summary>The identity for ASP.NET Core, created on first use.</summary>
    public TokenIdentity Identity => _identity ??= new TokenIdentity(this);

    /// <summary>
    /// The policy's decision, made once: neither the policy nor the token ever changes. One that depends on the request is made each time.
    /// </summary>
    /// <param name="request">What such a policy looks at.</param>
    public PolicyDecision Decide(RoutePolicy policy, in PolicyRequest request = default)
    {
        var last = _lastDecided;
        for (var decided = last; decided is not null; decided = decided.Previous)
        {
            if (ReferenceEquals(decided.Policy, policy))
            {
                return decided.Decision;
            }
        }

        var decision = policy.Decide(token, request);
        if ((last is null || last.Count < MostDecisions) && !policy.DependsOnRequest)
        {
            // If two threads decide at once, one result is lost and computed again.
            _lastDecided = new Decided(policy, decision, last, (last?.Count ?? 0) + 1);
        }

        return decision;
    }

    /// <summary>
    /// What names the caller to others: the signed token, which a client could encrypt in any number of ways, or the opaque one.
    /// </summary>
    public byte[] Credential => token.Signed.Length > 0 ? token.Signed : token.Text;

    /// <summary>
    /// SHA-256 of <see cref="Credential"/> in base64url, under which data of the token is kept elsewhere. Computed on first use.
    /// </summary>
    public string Fingerprint => _fingerprint ??= FingerprintOf(Credential);

    public static string FingerprintOf(ReadOnlySpan<byte> text) => Base64Url.EncodeToString(SHA256.HashData(text));

    /// <summary>The signed assertion of the caller for the destinations of a cluster. Created once, and renewed before it ends.</summary>
    public string AssertionFor(ClusterAssertion cluster) =>
        cluster.Of(assertedClaims!, TokenLifetime.EndOf(token.ExpiresAt, token.Issuer), ref _assertions);

    /// <summary>True when the list names the token. The names of the token are hashed once.</summary>
    public bool IsRevoked(RevocationSet set) => set.IsRevoked(token, ref _revocationKeys);

    /// <summary>The keys to look up in Redis, and the last result.</summary>
    public TokenLookup Lookup(RevocationLookup lookup) => _lookup ??= lookup.For(token);

    /// <summary>
    /// The key of the token's DPoP proofs, imported once: it is known to be the one that the token is bound to, so each proof brings the
    /// same. Null for numbers that are no key.
    /// </summary>
    public VerificationKey? ProofKey(MinimalJwk jwk) => _proofKey ??= jwk.TryImport(out var key) ? key : null;

    private sealed record Decided(RoutePolicy Policy, PolicyDecision Decision, Decided? Previous, int Count);
}

/// <summary>The reason why a request has no verified token, and the issuer that the token names, if it is configured.</summary>
internal sealed record TokenRejection(RejectionReason Reason, string? Issuer);
