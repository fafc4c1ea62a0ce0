namespace Gateway.Policies;

/// <summary>What a policy may look at besides the token. The default satisfies no rule that looks at it.</summary>
/// <param name="RouteValues">The parameters of the route's path; null without a route.</param>
/// <param name="Time">The clock; null for none.</param>
internal readonly record struct PolicyRequest(IReadOnlyDictionary<string, object?>? RouteValues, TimeProvider? Time)
{
    /// <summary>Unix seconds; null without a clock.</summary>
    public double? Now => Time is null ? null : (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}
