using System.Collections.Concurrent;
using System.Security.Claims;
using Gateway.Revocation;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Gateway.Sandbox;

/// <summary>
/// The sessions that began with a sign-in, each with the one refresh token that may be used next, and the way to end them: here, and in the
/// revocation log that the gateway follows. They live until they are revoked or the process ends.
/// </summary>
/// <param name="issuer">The issuer identifier (<c>iss</c>).</param>
/// <param name="append">Writes to the revocation log.</param>
/// <param name="time">The clock of revocations.</param>
internal sealed class Sessions(string issuer, Func<IReadOnlyList<RevocationEntry>, CancellationToken, ValueTask> append, TimeProvider time)
{
    /// <summary>The session (<c>sid</c>) that a token belongs to.</summary>
    public const string Id = "sid";

    /// <summary>Short, because where no revocation reaches, a withdrawn token goes on working for as long as this.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, string> _next = new();

    public void Begin(string session, string refreshId) => _next[session] = refreshId;

    /// <summary>True when the session has not ended.</summary>
    public bool Has(string session) => _next.ContainsKey(session);

    /// <summary>Uses a refresh token up. False when it was used before or its session has ended.</summary>
    public bool TryAdvance(string session, string used, string next) => _next.TryUpdate(session, next, used);

    /// <summary>
    /// Ends the session of a token, or withdraws the token alone when it has none or <paramref name="tokenOnly"/> is set.
    /// </summary>
    public async ValueTask RevokeAsync(ClaimsPrincipal token, string reason, CancellationToken cancellationToken, bool tokenOnly = false)
    {
        if (token.GetClaim(Id) is not { } session || tokenOnly)
        {
            var id = token.GetClaim(Claims.JwtId)!;
            await AppendAsync(new RevocationEntry(RevocationKind.Jti, issuer, id, Expires(time.GetUtcNow()), Reason: reason));
            return;
        }

        // The session goes first and the clock is read after: whatever it could still issue is then at most as old as Before.
        _next.TryRemove(session, out _);
        var now = time.GetUtcNow();
        await AppendAsync(
            new RevocationEntry(RevocationKind.Sid, issuer, session, Expires(now), Before: now.ToUnixTimeSeconds(), Reason: reason));

        static long Expires(DateTimeOffset now) => (now + TokenLifetime).ToUnixTimeSeconds();

        ValueTask AppendAsync(RevocationEntry entry) => append([entry with { By = "development issuer" }], cancellationToken);
    }
}
