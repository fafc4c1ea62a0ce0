using Gateway.Pipeline.Logout;
using Gateway.Tokens;

namespace Gateway.Pipeline.SecurityEvents;

/// <summary>Turns a security event token into entries of the revocation log.</summary>
internal sealed class SecurityEventReceiver(SecurityEventReader reader, PushedRevocations revocations)
{
    /// <param name="issuerName">The issuer of the path. A token of another issuer is rejected there.</param>
    public async Task<LogoutResult> ReceiveAsync(ReadOnlyMemory<char> text, string issuerName, CancellationToken cancellationToken)
    {
        var (token, reason) = await reader.ReadAsync(text, issuerName, cancellationToken);
        return token is null ? LogoutResult.Failed(reason) : await revocations.ApplyAsync(new PushedRevocation(
            "event",
            token.Issuer,
            token.TokenId,
            token.IssuedAt,
            token.UsableUntil,
            [
                .. token.Revocations.Select(revocation =>
                    (revocation.Subject.SessionId, revocation.Subject.Subject, $"security event {revocation.Event}")),
            ],
            token.Issuer.SecurityEvents!.SessionOnly));
    }
}
