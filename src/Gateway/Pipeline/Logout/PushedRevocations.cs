using Gateway.Issuers;
using Gateway.Revocation;

namespace Gateway.Pipeline.Logout;

/// <summary>What an issuer revokes with one token that it has sent.</summary>
/// <param name="Kind">The kind of the token: its ids are unique within that.</param>
/// <param name="IssuedAt">
/// <c>iat</c> in Unix seconds: the issuer's clock, which also sets <c>iat</c> of access tokens. A replay at another replica has the same
/// cut-off, so it cannot end sessions that the subject has started since.
/// </param>
/// <param name="UsableUntil">The Unix second from which on the token is rejected for its age.</param>
/// <param name="Targets">The sessions and subjects, each with the reason that its entry has.</param>
/// <param name="SessionOnly">A subject that comes with a session is not revoked.</param>
internal sealed record PushedRevocation(
    string Kind,
    IssuerProfile Issuer,
    string TokenId,
    double IssuedAt,
    double UsableUntil,
    IReadOnlyList<(string? SessionId, string? Subject, string Reason)> Targets,
    bool SessionOnly);

/// <summary>Puts what issuers push into effect, once for each token.</summary>
internal sealed class PushedRevocations(LogoutReplays replays, RevocationWriter writer, TimeProvider time)
{
    /// <summary>
    /// Applies what one token revokes. Its id is recorded before the entries are written, so that of two copies that arrive together only
    /// one is applied.
    /// </summary>
    public async Task<LogoutResult> ApplyAsync(PushedRevocation pushed)
    {
        var issuer = pushed.Issuer.Issuer;
        // A logout token and a security event token may have the same id.
        var id = $"{pushed.Kind}:{pushed.TokenId}";
        var state = replays.Add(issuer, id, pushed.UsableUntil);
        if (state != ReplayState.New)
        {
            // An issuer that repeats a token while Redis is slow must not take the first attempt for a success.
            return state == ReplayState.Applied
                ? new LogoutResult(LogoutOutcome.Replayed)
                : LogoutResult.Failed(Jose.RejectionReason.RevocationUnavailable);
        }

        var isApplied = false;
        try
        {
            // Success promises the issuer that the tokens are rejected from now on, so the entries must be in effect and not only written.
            isApplied = EntriesOf(pushed) is not { Count: > 0 } entries || await writer.AppendAsync(entries) == RevocationOutcome.InEffect;
        }
        finally
        {
            if (isApplied)
            {
                replays.Complete(issuer, id);
            }
            else
            {
                replays.Forget(issuer, id);
            }
        }

        return isApplied ? new LogoutResult(LogoutOutcome.Done) : LogoutResult.Failed(Jose.RejectionReason.RevocationUnavailable);
    }

    /// <summary>One entry for each session, and for each subject unless the issuer is configured to end sessions only.</summary>
    private List<RevocationEntry> EntriesOf(PushedRevocation pushed)
    {
        var now = time.GetUtcNow();
        var issued = (long)pushed.IssuedAt;
        List<RevocationEntry> entries = [];
        foreach (var (sessionId, subject, reason) in pushed.Targets)
        {
            if (sessionId is not null)
            {
                // An ended session does not start again, so all its tokens issued until now are revoked.
                Add(RevocationKind.Sid, sessionId, Math.Max(issued, now.ToUnixTimeSeconds()), reason);
            }

            if (subject is not null && (sessionId is null || !pushed.SessionOnly))
            {
                Add(RevocationKind.Sub, subject, issued, reason);
            }
        }

        return entries;

        void Add(RevocationKind kind, string value, long before, string reason) => entries.Add(new RevocationEntry(
            kind, pushed.Issuer.Issuer, value, RevocationSpan.DefaultExpiry(pushed.Issuer, now, before), before,
            Reason: reason, By: $"issuer={pushed.Issuer.Keys.Issuer}"));
    }
}
