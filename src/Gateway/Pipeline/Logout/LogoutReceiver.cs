using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Pipeline.Logout;

/// <summary>The result of a logout token.</summary>
internal enum LogoutOutcome
{
    Done,
    Rejected,
    Replayed,

    /// <summary>The store or the issuer's keys are unavailable; the issuer may send the same token again.</summary>
    Unavailable,
}

/// <param name="Reason">The reason, for <see cref="LogoutOutcome.Rejected"/> and <see cref="LogoutOutcome.Unavailable"/>.</param>
internal readonly record struct LogoutResult(LogoutOutcome Outcome, RejectionReason Reason = default);

/// <summary>Turns a logout token into entries of the revocation log.</summary>
internal sealed class LogoutReceiver(LogoutTokenReader reader, LogoutReplays replays, RevocationWriter writer, TimeProvider time)
{
    public async Task<LogoutResult> ReceiveAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        var (token, reason) = await reader.ReadAsync(text, issuerName, cancellationToken);
        if (token is null)
        {
            return new LogoutResult(reason == RejectionReason.KeysUnavailable ? LogoutOutcome.Unavailable : LogoutOutcome.Rejected, reason);
        }

        if (!replays.TryAdd(token))
        {
            return new LogoutResult(LogoutOutcome.Replayed);
        }

        // Success promises the issuer that the tokens are rejected from now on, so the entries must be in effect and not only written.
        if (await writer.AppendAsync(EntriesOf(token)) == RevocationOutcome.InEffect)
        {
            return new LogoutResult(LogoutOutcome.Done);
        }

        replays.Forget(token);
        return new LogoutResult(LogoutOutcome.Unavailable, RejectionReason.RevocationUnavailable);
    }

    private List<RevocationEntry> EntriesOf(LogoutToken token)
    {
        var now = time.GetUtcNow();
        // The issuer's clock, which also sets `iat` of access tokens. A replay at another replica has the same cut-off, so it cannot end
        // sessions that the subject has started since.
        var issued = (long)token.IssuedAt;
        List<RevocationEntry> entries = [];
        if (token.SessionId is { } session)
        {
            // An ended session does not start again, so all its tokens issued until now are revoked.
            Add(RevocationKind.Sid, session, Math.Max(issued, now.ToUnixTimeSeconds()));
        }

        if (token.Subject is { } subject && (token.SessionId is null || !token.Issuer.BackChannelLogout!.SessionOnly))
        {
            Add(RevocationKind.Sub, subject, issued);
        }

        return entries;

        void Add(RevocationKind kind, string value, long before) => entries.Add(new RevocationEntry(
            kind, token.Issuer.Issuer, value, RevocationSpan.DefaultExpiry(token.Issuer, now, before), before,
            Reason: "back-channel logout", By: $"issuer={token.Issuer.Keys.Issuer}"));
    }
}
