using System.Collections.Immutable;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>The outcome of a policy: allowed, or the reason and what the client has to ask for: scopes, or another login.</summary>
/// <param name="By">The policy with rules that rejects the token of a named source, or of several; else null.</param>
internal readonly record struct PolicyDecision(
    RejectionReason? Rejected, string? RequiredScope = null, StepUp? StepUp = null, RoutePolicy? By = null);

/// <summary>The requirements of a route for tokens: the checked, immutable form of <see cref="PolicyOptions"/>.</summary>
internal sealed record RoutePolicy
{
    /// <summary>
    /// YARP's name for a public route: the gateway reads no token and forwards the client's credentials to the destination.
    /// </summary>
    public const string AnonymousName = "Anonymous";

    /// <summary>Any valid token of any configured issuer.</summary>
    public const string AuthenticatedName = "Authenticated";

    public static readonly RoutePolicy Anonymous = new() { Name = AnonymousName, IsAnonymous = true };

    public static readonly RoutePolicy Authenticated = new() { Name = AuthenticatedName };

    public required string Name { get; init; }

    public bool IsAnonymous { get; init; }

    /// <summary>The accepted issuers' names; empty means all.</summary>
    public ImmutableArray<string> Issuers { get; init; } = [];

    /// <summary>The name of the token source that its rules are about; null for the token sources without a name.</summary>
    public string? TokenSource { get; init; }

    /// <summary>Whether the request's identity is that of its token, where a policy reads several.</summary>
    public bool GivesIdentity { get; init; }

    public ImmutableArray<string> AllScopes { get; init; } = [];

    public ImmutableArray<string> AnyScopes { get; init; } = [];

    public ImmutableArray<ClaimRule> Claims { get; init; } = [];

    /// <summary>How the user must have logged in; null for any way.</summary>
    public StepUp? StepUp { get; init; }

    /// <summary>The policies that this one is made of, in place of rules of its own; null for rules of its own.</summary>
    public Combination? Combination { get; init; }

    public PolicyMode Mode { get; init; }

    public bool ForwardToken { get; init; }

    /// <summary>True when the destination receives the credentials in the token sources.</summary>
    public bool KeepsCredentials => ForwardToken || IsAnonymous;

    public UnavailableBehavior OnRevocationUnavailable { get; init; }

    public ExpiryBehavior OnExpiry { get; init; }

    public SenderConstraint SenderConstraint { get; init; }

    /// <summary>Whether no bearer token can satisfy it.</summary>
    public bool RequiresBinding => SenderConstraint == SenderConstraint.Required || Combination?.RequiresBinding == true;

    /// <summary>The sources that it reads, each once, in the order in which its policies name them.</summary>
    public ImmutableArray<string?> TokenSources => Combination?.TokenSources ?? [TokenSource];

    /// <summary>The policies with rules that it consists of.</summary>
    public ImmutableArray<RoutePolicy> Leaves => Combination?.Leaves ?? [this];

    /// <summary>Whether two requests with one token may differ in their decision: by their path, or by the time.</summary>
    public bool DependsOnRequest =>
        StepUp?.MaxAge is not null || Combination?.DependsOnRequest == true || Claims.Any(rule => rule is RouteValueRule);

    /// <summary>The route parameters that its rules compare claims with.</summary>
    public ImmutableArray<string> RouteParameters =>
        Combination?.RouteParameters ?? [.. Claims.OfType<RouteValueRule>().Select(rule => rule.Parameter)];

    /// <summary>The scopes to ask the issuer of the client's own token for: that of the token sources without a name.</summary>
    public IEnumerable<string> AskedScopes =>
        (Combination?.AskedScopes ?? (TokenSource is null ? AllScopes.Concat(AnyScopes) : [])).Distinct();

    /// <param name="token">A token of the token sources without a name.</param>
    public PolicyDecision Decide(AccessToken token, in PolicyRequest request = default) => Decide(new PolicyTokens(token), request, null);

    /// <param name="holding">Receives the policies with rules that the permission rests on; null for nothing.</param>
    public PolicyDecision Decide(in PolicyTokens tokens, in PolicyRequest request, List<RoutePolicy>? holding)
    {
        var decision = Evaluate(tokens, request, holding);
        if (decision.Rejected != RejectionReason.InsufficientScope)
        {
            return decision;
        }

        var scopes = new List<string>();
        AddScopes(tokens, request, (decision.By ?? this).TokenSource, scopes);
        return decision with { RequiredScope = string.Join(' ', scopes.Distinct(StringComparer.Ordinal)) };
    }

    /// <summary>Decides without the scopes for the challenge, which depend on the whole policy of the route.</summary>
    public PolicyDecision Evaluate(in PolicyTokens tokens, in PolicyRequest request, List<RoutePolicy>? holding)
    {
        if (Combination is { } combination)
        {
            return LacksBinding(tokens)
                ? new PolicyDecision(RejectionReason.ProofMissing, By: holding is null ? null : Leaves[0])
                : combination.Evaluate(tokens, request, holding);
        }

        if (tokens.Of(TokenSource, out var reason) is not { } token)
        {
            return new PolicyDecision(reason, By: this);
        }

        var decision = DecideRules(token, request);
        if (holding is null)
        {
            return decision;
        }

        if (decision.Rejected is null)
        {
            holding.Add(this);
        }

        return decision with { By = this };
    }

    private PolicyDecision DecideRules(AccessToken token, in PolicyRequest request)
    {
        if (!AcceptsIssuerOf(token))
        {
            return new PolicyDecision(RejectionReason.ClaimMismatch);
        }

        if (!HasRequiredBinding(token))
        {
            return new PolicyDecision(RejectionReason.ProofMissing);
        }

        if (!HasAllScopes(token) || !HasAnyScope(token))
        {
            return new PolicyDecision(RejectionReason.InsufficientScope);
        }

        foreach (var rule in Claims)
        {
            if (!rule.IsSatisfiedBy(token, request))
            {
                return new PolicyDecision(RejectionReason.ClaimMismatch);
            }
        }

        // Last, so that no user is asked to log in again for a token that would be rejected all the same.
        return StepUp is { } stepUp && !stepUp.IsSatisfiedBy(token, request)
            ? new PolicyDecision(RejectionReason.InsufficientAuthentication, StepUp: stepUp)
            : default;
    }

    /// <summary>
    /// True when a policy of policies requires a bound token and the token is not bound. All its parts then read one token source.
    /// </summary>
    public bool LacksBinding(in PolicyTokens tokens) =>
        SenderConstraint == SenderConstraint.Required && tokens.Of(TokenSources[0], out _) is { Binding: null };

    /// <summary>Whether the token is bound, or need not be. The proof itself is checked with each request, before the policy.</summary>
    public bool HasRequiredBinding(AccessToken token) => SenderConstraint != SenderConstraint.Required || token.Binding is not null;

    public bool AcceptsIssuerOf(AccessToken token) => Issuers.IsEmpty || Issuers.Contains(token.Issuer.Name);

    public bool HasAllScopes(AccessToken token)
    {
        foreach (var scope in AllScopes)
        {
            if (!token.Scopes.Contains(scope))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when the token has one of <see cref="AnyScopes"/>, or none is required.</summary>
    public bool HasAnyScope(AccessToken token)
    {
        foreach (var scope in AnyScopes)
        {
            if (token.Scopes.Contains(scope))
            {
                return true;
            }
        }

        return AnyScopes.IsEmpty;
    }

    /// <summary>
    /// RFC 6750 section 3: adds the scopes to ask for, also those that the token has already, because a client asks its issuer for exactly
    /// these and would lose what is left out. Evaluates each policy once, however deeply they are nested.
    /// </summary>
    /// <param name="source">The token source of the rejected token. Its client cannot request scopes for other tokens.</param>
    /// <returns>The reason why it rejects the tokens; null when it allows.</returns>
    public RejectionReason? AddScopes(in PolicyTokens tokens, in PolicyRequest request, string? source, List<string> scopes)
    {
        if (Combination is { } combination)
        {
            var rejected = combination.AddScopes(tokens, request, source, scopes);
            return LacksBinding(tokens) ? RejectionReason.ProofMissing : rejected;
        }

        if (TokenSource == source && tokens.Of(source, out _) is { } token)
        {
            scopes.AddRange(AllScopes);
            scopes.AddRange(HasAnyScope(token) ? AnyScopes.Where(token.Scopes.Contains) : AnyScopes);
        }

        return Evaluate(tokens, request, null).Rejected;
    }
}
