using Gateway.Jose;
using Gateway.Pipeline.Logout;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Pipeline.SecurityEvents;

/// <summary>Turns a security event token into entries of the revocation log.</summary>
internal sealed class SecurityEventReceiver(SecurityEventReader reader, LogoutReplays replays, RevocationWriter writer, TimeProvider time)
{
    public async Task<LogoutResult> ReceiveAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        var (token, reason) = await reader.ReadAsync(text, issuerName, cancellationToken);
        if (token is null)
        {
            return new LogoutResult(reason == RejectionReason.KeysUnavailable ? LogoutOutcome.Unavailable : LogoutOutcome.Rejected, reason);
        }

        if (!replays.TryAdd(token.Issuer.Issuer, token.TokenId, token.UsableUntil))
        {
            return new LogoutResult(LogoutOutcome.Replayed);
        }

        // Success promises the issuer that the tokens are rejected from now on, so the entries must be in effect and not only written.
        if (EntriesOf(token) is not { Count: > 0 } entries || await writer.AppendAsync(entries) == RevocationOutcome.InEffect)
        {
            return new LogoutResult(LogoutOutcome.Done);
        }

        replays.Forget(token.Issuer.Issuer, token.TokenId);
        return new LogoutResult(LogoutOutcome.Unavailable, RejectionReason.RevocationUnavailable);
    }

    private List<RevocationEntry> EntriesOf(SecurityEventToken token)
    {
        var now = time.GetUtcNow();
        // By the issuer's clock, which also wrote the `iat` of the access tokens. A replay at another replica has the same cut-off.
        var issued = (long)token.IssuedAt;
        List<RevocationEntry> entries = [];
        foreach (var (subject, name) in token.Revocations)
        {
            if (subject.SessionId is { } session)
            {
                // An ended session does not begin again, so all its tokens issued until now are revoked too.
                Add(RevocationKind.Sid, session, Math.Max(issued, now.ToUnixTimeSeconds()), name);
            }

            if (subject.Subject is { } user && (subject.SessionId is null || !token.Issuer.SecurityEvents!.SessionOnly))
            {
                Add(RevocationKind.Sub, user, issued, name);
            }
        }

        return entries;

        void Add(RevocationKind kind, string value, long before, string name) => entries.Add(new RevocationEntry(
            kind, token.Issuer.Issuer, value, RevocationSpan.DefaultExpiry(token.Issuer, now, before), before,
            Reason: $"security event {name}", By: $"issuer={token.Issuer.Keys.Issuer}"));
    }
}
