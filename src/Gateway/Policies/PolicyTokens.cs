using System.Collections.Immutable;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>What a request has in one token source: a verified token, or the reason why there is none.</summary>
/// <param name="Source">The name of the source; null for the token sources without a name.</param>
/// <param name="Reason">Valid only without a token.</param>
internal readonly record struct SourceToken(string? Source, AccessToken? Token, RejectionReason Reason);

/// <summary>
/// The verified tokens of a request, by their source. A source that was not read has no token: a policy that names it is never satisfied by
/// the token of another.
/// </summary>
internal readonly struct PolicyTokens
{
    private readonly AccessToken? _unnamed;
    private readonly ImmutableArray<SourceToken> _all;

    /// <summary>One token, of the token sources without a name.</summary>
    public PolicyTokens(AccessToken unnamed) => (_unnamed, _all) = (unnamed, []);

    public PolicyTokens(ImmutableArray<SourceToken> all) => _all = all;

    /// <summary>How messages name a token source.</summary>
    public static string NameOf(string? source) =>
        source is null ? "the token sources without a name" : $"the token source \"{source}\"";

    /// <param name="reason">Why there is no token.</param>
    public AccessToken? Of(string? source, out RejectionReason reason)
    {
        reason = RejectionReason.Missing;
        if (_unnamed is not null)
        {
            return source is null ? _unnamed : null;
        }

        foreach (var found in _all)
        {
            if (string.Equals(found.Source, source, StringComparison.Ordinal))
            {
                reason = found.Token is null ? found.Reason : default;
                return found.Token;
            }
        }

        return null;
    }

    /// <summary>True when two of these sources have the same token, which must not count as two. Each source must have a token.</summary>
    public bool HaveOneTwice(IEnumerable<string?> sources)
    {
        var different = new List<AccessToken>();
        foreach (var source in sources.Distinct(StringComparer.Ordinal))
        {
            var token = Of(source, out _)!;
            if (different.Exists(other => other.Content.SequenceEqual(token.Content)))
            {
                return true;
            }

            different.Add(token);
        }

        return false;
    }
}
