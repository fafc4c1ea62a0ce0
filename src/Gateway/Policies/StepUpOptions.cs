namespace Gateway.Policies;

/// <summary>How the user must have logged in (RFC 9470): <c>Gateway:Policies:{name}:StepUp</c>.</summary>
internal sealed class StepUpOptions
{
    /// <summary>The token's <c>acr</c> is one of these, compared whole and case-sensitively. Default any.</summary>
    public List<string>? Acr { get; init; }

    /// <summary>
    /// The longest time since the login, by the token's <c>auth_time</c>; the issuer's <c>ClockSkew</c> is added. Whole seconds, 1 second
    /// to 366 days. Default any.
    /// </summary>
    public TimeSpan? MaxAge { get; init; }
}
