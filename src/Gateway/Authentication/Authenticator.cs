using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Telemetry;

namespace Gateway.Authentication;

/// <summary>The verified token, or why there is none; exactly one of the two.</summary>
internal readonly record struct AuthenticationOutcome(VerifiedToken? Token, TokenRejection? Rejection);

/// <summary>
/// Turns a token's text into a verified token. One that is in the cache costs a look at the clock, at its issuer's key ring and at the
/// version of the revocation list; any other is validated, its identity headers are built, and it is kept.
/// </summary>
internal sealed class Authenticator(
    TokenVerifier verifier, TokenCache cache, RevocationList revocations, TimeProvider time, GatewayMetrics metrics, RevocationLookup? lookup = null)
{
    private readonly FirstUses _firstUses = new();

    /// <summary>Completes at once for a token that is known.</summary>
    public ValueTask<AuthenticationOutcome> AuthenticateAsync(ReadOnlyMemory<char> text, RoutePolicy policy, CancellationToken cancellationToken)
    {
        var hash = cache.HashOf(text.Span);
        var known = cache.Find(text.Span, hash);
        var isHit = known is not null && !known.IsExpired(Now()) && known.HasKey();
        metrics.TokenCacheLookup(isHit);
        var answer = isHit ? ValueTask.FromResult(Admit(known!, policy)) : VerifyAsync(text, hash, policy, cancellationToken);
        return lookup is null ? answer : LookUpAsync(lookup, answer, policy, cancellationToken);
    }

    /// <summary>Asks Redis about a token that everything else admits.</summary>
    private static async ValueTask<AuthenticationOutcome> LookUpAsync(
        RevocationLookup lookup, ValueTask<AuthenticationOutcome> answer, RoutePolicy policy, CancellationToken cancellationToken)
    {
        var outcome = await answer;
        if (outcome.Token is not { } verified)
        {
            return outcome;
        }

        var question = verified.Lookup(lookup);
        if (question.Keys.IsEmpty)
        {
            // Nobody could ever have it revoked.
            return Rejected(RejectionReason.MissingClaim, verified.Token.Issuer);
        }

        return await lookup.AskAsync(question, cancellationToken) switch
        {
            RevocationStatus.Revoked => Rejected(RejectionReason.Revoked, verified.Token.Issuer),
            RevocationStatus.Unavailable when policy.OnRevocationUnavailable == UnavailableBehavior.Reject =>
                Rejected(RejectionReason.RevocationUnavailable, verified.Token.Issuer),
            _ => outcome,
        };
    }

    private async ValueTask<AuthenticationOutcome> VerifyAsync(
        ReadOnlyMemory<char> text, ulong hash, RoutePolicy policy, CancellationToken cancellationToken)
    {
        while (true)
        {
            var own = new FirstUse(text);
            if (_firstUses.Join(own, text.Span, hash) is { } running)
            {
                if (await running.Answer.WaitAsync(cancellationToken) is { } theirs)
                {
                    return Admit(theirs, policy);
                }

                continue;
            }

            Verification? answer = null;
            try
            {
                answer = await verifier.VerifyAsync(text, hash, cancellationToken);
                if (answer.Token is { } verified)
                {
                    cache.Add(verified, Now());
                }
            }
            finally
            {
                _firstUses.Leave(own, hash);
                own.End(answer);
            }

            return Admit(answer, policy);
        }
    }

    private AuthenticationOutcome Admit(Verification answer, RoutePolicy policy) =>
        answer.Token is { } token ? Admit(token, policy) : new AuthenticationOutcome(null, answer.Rejection);

    private AuthenticationOutcome Admit(CachedToken known, RoutePolicy policy)
    {
        var issuer = known.Issuer;
        issuer.Keys.Touch(time);
        // Read before the look-up: an entry that comes in between is then found by the next request.
        var version = revocations.Set.Version;
        if (known.RevocationVersion != version)
        {
            // What is known to be revoked stays so, however old the list.
            if (known.Token.IsRevoked(revocations.Set))
            {
                metrics.RevocationLookup(RevocationStatus.Revoked);
                return Rejected(RejectionReason.Revoked, issuer);
            }

            known.RevocationVersion = version;
        }

        var isStale = revocations.IsStaleFor(issuer);
        metrics.RevocationLookup(isStale ? RevocationStatus.Unavailable : RevocationStatus.NotRevoked);
        return isStale && policy.OnRevocationUnavailable == UnavailableBehavior.Reject
            ? Rejected(RejectionReason.RevocationUnavailable, issuer)
            : new AuthenticationOutcome(known.Token, null);
    }

    private static AuthenticationOutcome Rejected(RejectionReason reason, IssuerProfile issuer) =>
        new(null, new TokenRejection(reason, issuer.Name));

    private double Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}
