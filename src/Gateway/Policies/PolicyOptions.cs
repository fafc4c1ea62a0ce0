using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>The effect of a policy's decision.</summary>
internal enum PolicyMode
{
    /// <summary>Rejects requests that do not satisfy the policy.</summary>
    Enforce,

    /// <summary>Allows all requests and records those that would be rejected. Only a valid token gives identity headers.</summary>
    Report,
}

/// <summary>The decision while the revocation list is older than <c>MaxStaleness</c>.</summary>
internal enum UnavailableBehavior
{
    /// <summary>Rejects with 503 and <c>Retry-After</c>.</summary>
    Reject,

    /// <summary>Decides with the last known list.</summary>
    Allow,
}

/// <summary>The effect of a token's expiry on its live connection (WebSocket, event stream, gRPC).</summary>
internal enum ExpiryBehavior
{
    /// <summary>The gateway closes the connection within a second.</summary>
    Close,

    /// <summary>The connection stays open until client or destination close it, or the token is revoked.</summary>
    Keep,
}

/// <summary>Which tokens a policy accepts as far as their senders are concerned.</summary>
internal enum SenderConstraint
{
    /// <summary>A token that is bound to a key or certificate must be proven; any other is a bearer token.</summary>
    IfBound,

    /// <summary>Bearer tokens are rejected.</summary>
    Required,
}

/// <summary>A policy that routes name in YARP's <c>AuthorizationPolicy</c>: <c>Gateway:Policies:{name}</c>.</summary>
internal sealed class PolicyOptions
{
    /// <summary>The names of the issuers whose tokens are accepted. Default: every configured issuer.</summary>
    public List<string>? Issuers { get; init; }

    /// <summary>
    /// The <c>Name</c> of the item of <c>Gateway:TokenSources</c> whose token the rules are about. Default: the sources without a name.
    /// </summary>
    public string? TokenSource { get; init; }

    /// <summary>
    /// Whether identity headers, assertion, exchange, rate limits and logs take the caller from the token of this policy, where a policy of
    /// policies reads several sources. Of several that hold, the first in the list counts; of none, the sources without a name do. Default
    /// false.
    /// </summary>
    public bool Identity { get; init; }

    [MayBeEmpty]
    public ScopeOptions? Scopes { get; init; }

    /// <summary>Rules on claims; all must hold. Default none.</summary>
    public List<ClaimRuleOptions>? Claims { get; init; }

    [MayBeEmpty]
    public StepUpOptions? StepUp { get; init; }

    /// <summary>The names of policies of which one must hold, in place of rules of its own. Default none.</summary>
    public List<string>? AnyOf { get; init; }

    /// <summary>The names of policies that must all hold, in place of rules of its own. Default none.</summary>
    public List<string>? AllOf { get; init; }

    /// <summary><c>Enforce</c>, or <c>Report</c>: decide, record, let through. Default <c>Enforce</c>.</summary>
    public PolicyMode Mode { get; init; }

    /// <summary>Forward the access token to the destination as the client sent it. Default false.</summary>
    public bool ForwardToken { get; init; }

    /// <summary>
    /// <c>Reject</c> (503) or <c>Allow</c> while the revocation list is older than <c>MaxStaleness</c>. Default <c>Reject</c>.
    /// </summary>
    public UnavailableBehavior OnRevocationUnavailable { get; init; }

    /// <summary>
    /// <c>Close</c>: a WebSocket, event stream or gRPC stream ends within a second after its token expires, clock skew included.
    /// <c>Keep</c>: it continues after the expiry. A revocation ends it in both cases. Default <c>Close</c>.
    /// </summary>
    public ExpiryBehavior OnExpiry { get; init; }

    /// <summary>
    /// <c>IfBound</c>: a token that is bound to a key (DPoP) or client certificate (<c>cnf</c>) must be proven, and others are bearer
    /// tokens. <c>Required</c>: tokens that are not bound are rejected. Default <c>IfBound</c>.
    /// </summary>
    public SenderConstraint SenderConstraint { get; init; }
}

/// <summary>The scopes that a policy requires (RFC 6749 section 3.3); compared as a whole and case-sensitively.</summary>
internal sealed class ScopeOptions
{
    /// <summary>Every one of these is required. Default none.</summary>
    public List<string>? All { get; init; }

    /// <summary>At least one of these is required. Default none.</summary>
    public List<string>? Any { get; init; }
}

/// <summary>One rule on a claim: a path and exactly one test. Values may be strings, numbers or booleans.</summary>
internal sealed class ClaimRuleOptions
{
    /// <summary>
    /// The claim, nested members joined by dots (<c>realm_access.roles</c>); <c>\.</c> is a dot in a name, and a path with <c>://</c> is
    /// one name. Arrays on the way are searched through. <c>$subject_type</c> is <c>client</c> when the client acts for itself, else
    /// <c>user</c>; <c>$realm</c> is the value of an issuer's placeholder <c>{realm}</c>; <c>$jose.kid</c> is the text of that parameter of
    /// the JOSE header. Required.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>The claim holds at least one of these. A string claim counts whole and as a space-separated list.</summary>
    [AnyScalar]
    public List<string>? AnyOf { get; init; }

    /// <summary>The claim holds every one of these.</summary>
    [AnyScalar]
    public List<string>? AllOf { get; init; }

    /// <summary>The claim holds none of these; an absent claim satisfies it.</summary>
    [AnyScalar]
    public List<string>? NoneOf { get; init; }

    /// <summary>The claim is exactly this one value.</summary>
    [AnyScalar]
    public new string? Equals { get; init; }

    /// <summary>
    /// The claim is exactly the value that this parameter of the route's path has in the request: <c>tenant</c> for <c>{tenant}</c>.
    /// Compared whole and case-sensitively.
    /// </summary>
    public string? EqualsRouteValue { get; init; }

    /// <summary>
    /// A string in the claim matches this regular expression from its first character to its last. No look-around or back-references:
    /// matching time is linear in the length of the claim.
    /// </summary>
    public string? Matches { get; init; }

    /// <summary>The claim is present and not null (true), or absent or null (false).</summary>
    public bool? Exists { get; init; }
}
