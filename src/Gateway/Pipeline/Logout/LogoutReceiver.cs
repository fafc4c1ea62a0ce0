using Gateway.Jose;
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
internal readonly record struct LogoutResult(LogoutOutcome Outcome, RejectionReason Reason = default)
{
    /// <summary>Tells failures that a later attempt may repair from tokens that will never be accepted.</summary>
    public static LogoutResult Failed(RejectionReason reason) => new(
        reason is RejectionReason.KeysUnavailable or RejectionReason.RevocationUnavailable
            ? LogoutOutcome.Unavailable
            : LogoutOutcome.Rejected,
        reason);

    /// <summary>The name in metrics.</summary>
    /// <param name="rejected">The name of a rejection, which the metrics of the two endpoints spell differently.</param>
    public static string NameOf(LogoutOutcome outcome, string rejected) => outcome switch
    {
        LogoutOutcome.Done => "done",
        LogoutOutcome.Replayed => "replayed",
        LogoutOutcome.Unavailable => "unavailable",
        _ => rejected,
    };
}

/// <summary>Turns a logout token into entries of the revocation log.</summary>
internal sealed class LogoutReceiver(LogoutTokenReader reader, PushedRevocations revocations)
{
    /// <param name="issuerName">The issuer of the path. A token of another issuer is rejected there.</param>
    public async Task<LogoutResult> ReceiveAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        var (token, reason) = await reader.ReadAsync(text, issuerName, cancellationToken);
        return token is null ? LogoutResult.Failed(reason) : await revocations.ApplyAsync(new PushedRevocation(
            "logout",
            token.Issuer,
            token.TokenId,
            token.IssuedAt,
            token.ExpiresAt + token.Issuer.ClockSkew.TotalSeconds,
            [(token.SessionId, token.Subject, "back-channel logout")],
            token.Issuer.BackChannelLogout!.SessionOnly));
    }
}
