using System.Collections.Immutable;
using Gateway.Authentication;
using Gateway.Jose;
using Gateway.Policies;

namespace Gateway.Runtime;

/// <summary>What was found in one token source of a request: a verified token, or the reason why there is none.</summary>
internal readonly record struct FoundToken(ReadSource Source, VerifiedToken? Token, TokenRejection? Rejection)
{
    public string? Issuer => Token?.Token.Issuer.Name ?? Rejection?.Issuer;
}

/// <summary>
/// The tokens of a request whose policy reads other token sources than the token sources without a name, and what was decided on them. It
/// is a feature of the request and not a member of <see cref="GatewayRequest"/>, because most requests have none.
/// </summary>
/// <param name="found">One for each source of the policy.</param>
internal sealed class RequestTokens(ImmutableArray<FoundToken> found)
{
    /// <summary>The outcome of the policy; the default before it is known.</summary>
    public PolicyDecision Decision { get; private set; }

    /// <summary>
    /// The tokens that the permission rests on; the one that the identity of the request comes from is the first. Of a request that only a
    /// policy in report mode lets pass, that one alone, and none if it is not valid.
    /// </summary>
    public ImmutableArray<FoundToken> Holding { get; private set; } = [];

    /// <summary>What the source of the rejecting policy has; null where none decides, as for several sources with one token.</summary>
    public FoundToken? Rejected => Decision.By is { } by ? Of(by) : null;

    public static RequestTokens Of(HttpContext context) => (RequestTokens)context.Features[typeof(RequestTokens)]!;

    public void AttachTo(HttpContext context) => context.Features[typeof(RequestTokens)] = this;

    public void Decide(RoutePolicy policy, in PolicyRequest request)
    {
        var leaves = new List<RoutePolicy>();
        var tokens = new PolicyTokens(
            [.. found.Select(token => new SourceToken(token.Source.Name, token.Token?.Token, token.Rejection?.Reason ?? default))]);
        Decision = policy.Decide(tokens, request, leaves);
        if (Decision.Rejected is null && tokens.HaveOneTwice(leaves.Select(leaf => leaf.TokenSource)))
        {
            Decision = new PolicyDecision(RejectionReason.MultipleTokens);
        }

        var holding = Decision.Rejected is null
            ? IdentityChoice.Order(leaves).Select(Of).Distinct()
            : IdentityChoice.Candidates(policy).Select(Of).Where(token => token.Token is not null).Take(1);
        Holding = [.. holding];
    }

    private FoundToken Of(RoutePolicy leaf) => found.First(token => token.Source.Name == leaf.TokenSource);
}
