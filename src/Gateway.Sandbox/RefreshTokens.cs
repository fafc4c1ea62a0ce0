using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Sandbox;

/// <summary>
/// The refresh tokens of every session. Each use replaces the token (RFC 9700 4.14.2) and the used ones are remembered: when
/// one of them comes back, it or its successor was stolen. A token names its session, so that a family is found, and forgotten,
/// in one step. Families live until they are revoked or the process ends, and hold hashes only.
/// </summary>
internal sealed class RefreshTokens
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Family> _families = [];

    /// <summary>Begins the family of a new session.</summary>
    public string Start(Grant grant, string sessionId)
    {
        var token = Create(sessionId);
        lock (_lock)
        {
            _families.Add(sessionId, new Family(grant, Hash(token)));
        }

        return token;
    }

    /// <summary>Finds the grant behind a token, and whether the token was used before; false when no living family knows it.</summary>
    public bool TryFind(string token, [NotNullWhen(true)] out Grant? grant, out bool used)
    {
        var hash = Hash(token);
        lock (_lock)
        {
            var family = _families.GetValueOrDefault(SessionIdOf(token));
            used = family?.Used.Contains(hash) ?? false;
            grant = used || family?.Current == hash ? family?.Grant : null;
            return grant is not null;
        }
    }

    /// <summary>Uses the token up and returns its successor, or null when another request was faster.</summary>
    public string? Rotate(string token)
    {
        var hash = Hash(token);
        var successor = Create(SessionIdOf(token));
        lock (_lock)
        {
            if (!_families.TryGetValue(SessionIdOf(token), out var family) || family.Current != hash)
            {
                return null;
            }

            family.Used.Add(hash);
            family.Current = Hash(successor);
            return successor;
        }
    }

    /// <summary>Forgets every token of the session.</summary>
    public void RevokeFamily(string sessionId)
    {
        lock (_lock)
        {
            _families.Remove(sessionId);
        }
    }

    /// <summary>The session a token says it belongs to; trust it only after <see cref="TryFind"/>.</summary>
    public static string SessionIdOf(string token) => token.Split('.', 2)[0];

    private static string Create(string sessionId) => $"{sessionId}.{RandomNumberGenerator.GetHexString(64, lowercase: true)}";

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private sealed class Family(Grant grant, string current)
    {
        public Grant Grant { get; } = grant;

        public string Current { get; set; } = current;

        public HashSet<string> Used { get; } = [];
    }
}
