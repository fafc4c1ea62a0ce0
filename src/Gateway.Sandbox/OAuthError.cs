namespace Gateway.Sandbox;

/// <summary>An error answer of an OAuth endpoint (RFC 6749 5.2).</summary>
/// <param name="Error">The code of the RFC.</param>
/// <param name="Description">What went wrong, in words for the developer.</param>
/// <param name="StatusCode">400 unless the client failed to authenticate.</param>
internal sealed record OAuthError(string Error, string Description, int StatusCode = StatusCodes.Status400BadRequest)
{
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidClient(string description) => new("invalid_client", description, StatusCodes.Status401Unauthorized);

    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);
}
