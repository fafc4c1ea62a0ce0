using System.Collections.Immutable;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Tokens;

namespace Gateway.Explanation;

/// <summary>One token of an explanation, as far as it could be read, and the reason for which its own checks reject it.</summary>
/// <param name="Source">Null for the sources without a name.</param>
internal sealed record ExplainedToken(string? Source, AccessToken? Token, RejectionReason? Rejected);

/// <summary>The tokens of an explanation, as its policies see them.</summary>
internal sealed class ExplainedTokens
{
    private readonly ImmutableArray<ExplainedToken> _tokens;

    /// <summary>
    /// One token of the sources without a name. The checks before decide whether it is valid, so the policy has no row for that.
    /// </summary>
    public ExplainedTokens(AccessToken? token) => _tokens = [new ExplainedToken(null, token, null)];

    public ExplainedTokens(ImmutableArray<ExplainedToken> tokens) => (_tokens, AreNamed) = (tokens, true);

    /// <summary>Whether the policy reads other sources than those without a name.</summary>
    public bool AreNamed { get; }

    /// <summary>The tokens as a request hands them to the policy: of a token that its own checks reject only the reason is left.</summary>
    public PolicyTokens OfPolicy => new([.. _tokens.Select(token => new SourceToken(
        token.Source, token.Rejected is null ? token.Token : null, token.Rejected ?? default))]);

    /// <summary>Null when it could not be read so far, or there is none.</summary>
    public AccessToken? Of(string? source) => Find(source)?.Token;

    /// <summary>Whether the source has a valid token, as a check of a policy that reads it; null where the checks before say it.</summary>
    public ExplainedCheck? CheckOf(string? source)
    {
        if (!AreNamed)
        {
            return null;
        }

        var place = PolicyTokens.NameOf(source);
        var expected = $"a valid token in {place}";
        return Find(source) switch
        {
            { Rejected: RejectionReason.Missing } or null => new ExplainedCheck(
                CheckName.PolicyToken, CheckOutcome.Failed, expected, "none was given",
                $"Have the client send a token in {place}; here, give it to the explanation.",
                RejectionReason.Missing),
            { Rejected: { } reason } => new ExplainedCheck(
                CheckName.PolicyToken, CheckOutcome.Failed, expected, $"rejected: {Rejections.Of(reason).Tag}",
                "See the checks of that token.", reason),
            { Token: null } =>
                ExplainedCheck.OfUnreadToken(CheckName.PolicyToken, expected),
            _ => new ExplainedCheck(CheckName.PolicyToken, CheckOutcome.Passed, expected, "valid, as far as it was checked"),
        };
    }

    private ExplainedToken? Find(string? source) => _tokens.FirstOrDefault(token => token.Source == source);
}
