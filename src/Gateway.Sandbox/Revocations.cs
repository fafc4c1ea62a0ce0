using Gateway.Revocation;

namespace Gateway.Sandbox;

/// <summary>Withdraws what this issuer issued: refresh tokens from its own memory, access tokens through the revocation log.</summary>
internal sealed class Revocations(
    RefreshTokens refreshTokens,
    Func<string> issuer,
    Func<IReadOnlyList<RevocationEntry>, CancellationToken, ValueTask> append,
    TimeProvider time)
{
    public async ValueTask RevokeSessionAsync(string sessionId, string reason, CancellationToken cancellationToken)
    {
        // The family goes first and the clock is read after: whatever it could still issue is then at most as old as Before.
        refreshTokens.RevokeFamily(sessionId);
        var now = time.GetUtcNow();
        await AppendAsync(
            new RevocationEntry(
                RevocationKind.Sid,
                issuer(),
                sessionId,
                Expires: (now + AccessTokens.Lifetime).ToUnixTimeSeconds(),
                Before: now.ToUnixTimeSeconds(),
                Reason: reason),
            cancellationToken);
    }

    public ValueTask RevokeTokenAsync(IssuedToken token, string reason, CancellationToken cancellationToken) =>
        AppendAsync(new RevocationEntry(RevocationKind.Jti, issuer(), token.TokenId, token.ExpiresAt, Reason: reason), cancellationToken);

    private ValueTask AppendAsync(RevocationEntry entry, CancellationToken cancellationToken) =>
        append([entry with { By = "development issuer" }], cancellationToken);
}
