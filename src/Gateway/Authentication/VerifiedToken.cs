using System.Collections.Immutable;
using Gateway.Identity;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Authentication;

/// <summary>A token that is valid, with everything that is the same for each of its requests.</summary>
internal sealed class VerifiedToken(AccessToken token, TokenKey key, ImmutableArray<IdentityHeader> identityHeaders)
{
    // A token meets few policies; with more than this the decision is made each time.
    private const int MostDecisions = 8;

    // A linked list: its head is itself the decision that is nearly always asked for, one fetch less than an array.
    private volatile Decided? _lastDecided;
    private volatile TokenLookup? _lookup;
    private volatile TokenIdentity? _identity;
    private volatile VerificationKey? _proofKey;

    // Immutable once made; of two threads that make them at once, one result is lost.
    private RevocationKeys? _revocationKeys;

    public AccessToken Token => token;

    /// <summary>What it was verified with.</summary>
    public TokenKey Key => key;

    public ImmutableArray<IdentityHeader> IdentityHeaders => identityHeaders;

    /// <summary>The user as ASP.NET Core sees it, made when something asks for it.</summary>
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
            // Of two that come at once one is lost, and made again.
            _lastDecided = new Decided(policy, decision, last, (last?.Count ?? 0) + 1);
        }

        return decision;
    }

    /// <summary>Whether the list names the token. Its names are hashed once.</summary>
    public bool IsRevoked(RevocationSet set) => set.IsRevoked(token, ref _revocationKeys);

    /// <summary>What Redis is asked about the token, and has answered.</summary>
    public TokenLookup Lookup(RevocationLookup lookup) => _lookup ??= lookup.For(token);

    /// <summary>
    /// The key of the token's DPoP proofs, imported once: it is known to be the one that the token is bound to, so each proof brings the
    /// same. Null for numbers that are no key.
    /// </summary>
    public VerificationKey? ProofKey(MinimalJwk jwk) => _proofKey ??= jwk.TryImport(out var key) ? key : null;

    private sealed record Decided(RoutePolicy Policy, PolicyDecision Decision, Decided? Previous, int Count);
}

/// <summary>Why a request has no verified token, and whose token it claimed to be as far as that was known.</summary>
internal sealed record TokenRejection(RejectionReason Reason, string? Issuer);
