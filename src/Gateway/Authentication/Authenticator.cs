using Gateway.Authentication.SenderConstraint;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Telemetry;

namespace Gateway.Authentication;

/// <summary>The verified token, or the rejection; exactly one of the two.</summary>
internal readonly record struct AuthenticationOutcome(VerifiedToken? Token, TokenRejection? Rejection);

/// <summary>
/// Turns the text of a token into a verified token. For a cached token, it checks only the expiry, the issuer's key ring and the version of
/// the revocation list. Other tokens are validated, their identity headers are built, and they are cached.
/// </summary>
internal sealed class Authenticator(
    TokenVerifier verifier, TokenCache cache, RevocationList revocations, TimeProvider time, GatewayMetrics metrics,
    RevocationLookup? lookup = null,
    SenderProofs? senders = null)
{
    private readonly FirstUses _firstUses = new();

    /// <summary>Completes at once for a token that is known and not bound to its sender.</summary>
    /// <param name="evidence">The sender's proofs; without any, a token that is bound to a key or certificate is rejected.</param>
    public ValueTask<AuthenticationOutcome> AuthenticateAsync(
        ReadOnlyMemory<char> text, RoutePolicy policy, in SenderEvidence evidence, CancellationToken cancellationToken)
    {
        var hash = cache.HashOf(text.Span);
        var known = cache.Find(text.Span, hash);
        var state = known?.Check(Now(), revocations, TokenValidity.OfRequest(policy)) ?? default;
        // An expired token, or one whose key has left the ring, is verified again: that finds the new key, or the exact reason.
        var isHit = state.Revocation is not null;
        metrics.TokenCacheLookup(isHit);
        var answer = isHit
            ? ValueTask.FromResult(OutcomeOf(known!, state))
            : VerifyAsync(text, hash, known is not null, policy, cancellationToken);
        answer = lookup is null ? answer : LookUpAsync(lookup, answer, policy, cancellationToken);
        return isHit && !known!.IsBound && !evidence.IsDpop ? answer : ProveAsync(answer, evidence, cancellationToken);
    }

    /// <summary>Has the sender prove possession, for a token that everything else admits.</summary>
    private async ValueTask<AuthenticationOutcome> ProveAsync(
        ValueTask<AuthenticationOutcome> answer, SenderEvidence evidence, CancellationToken cancellationToken)
    {
        var outcome = await answer;
        if (outcome.Token is not { } verified || (verified.Token.Binding is null && !evidence.IsDpop) || evidence.IsProven)
        {
            return outcome;
        }

        var reason = senders is null ? RejectionReason.ProofMissing : await senders.CheckAsync(verified, evidence, cancellationToken);
        return reason is { } why ? Rejected(why, verified.Token.Issuer) : outcome;
    }

    /// <summary>Looks up in Redis a token that has passed all other checks.</summary>
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
            // No key names this token, so no entry could ever revoke it.
            return Rejected(RejectionReason.MissingClaim, verified.Token.Issuer);
        }

        return TokenValidity.ReasonOf(await lookup.AskAsync(question, cancellationToken), TokenValidity.OfRequest(policy)) is { } reason
            ? Rejected(reason, verified.Token.Issuer)
            : outcome;
    }

    private async ValueTask<AuthenticationOutcome> VerifyAsync(
        ReadOnlyMemory<char> text, ulong hash, bool wasKnown, RoutePolicy policy, CancellationToken cancellationToken)
    {
        while (true)
        {
            var own = new FirstUse(text);
            if (_firstUses.Join(own, text.Span, hash) is { } running)
            {
                if (await running.Result.WaitAsync(cancellationToken) is { } theirs)
                {
                    return Admit(theirs, policy);
                }

                continue;
            }

            Verification? answer = null;
            try
            {
                answer = await verifier.VerifyAsync(text, hash, wasKnown, cancellationToken);
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
        answer.Token is { } known
            ? OutcomeOf(known, known.CheckRevocation(revocations, TokenValidity.OfRequest(policy)))
            : new AuthenticationOutcome(null, answer.Rejection);

    private AuthenticationOutcome OutcomeOf(CachedToken known, in TokenState state)
    {
        known.Issuer.Keys.Touch(time);
        metrics.RevocationLookup(state.Revocation!.Value);
        return state.Rejection is { } reason ? Rejected(reason, known.Issuer) : new AuthenticationOutcome(known.Token, null);
    }

    private static AuthenticationOutcome Rejected(RejectionReason reason, IssuerProfile issuer) =>
        new(null, new TokenRejection(reason, issuer.Name));

    private double Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}
