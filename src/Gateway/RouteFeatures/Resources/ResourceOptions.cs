namespace Gateway.RouteFeatures.Resources;

/// <summary>
/// An API that clients can find the issuer of (RFC 9728): <c>Gateway:Resources:{name}</c>. Routes name it in
/// <c>Gateway:Routes:{route}:Resource</c>.
/// </summary>
internal sealed class ResourceOptions
{
    /// <summary>
    /// The URL by which clients know the API, such as <c>https://api.example.com/orders</c>. <c>https</c>, in Development <c>http</c> too;
    /// no query and no fragment. Required.
    /// </summary>
    public string? Resource { get; init; }

    /// <summary>Who issues tokens for it: names of issuers in <c>Gateway:Issuers</c>, or URLs. Required.</summary>
    public List<string>? AuthorizationServers { get; init; }

    /// <summary>The scopes that clients may ask for. Default none.</summary>
    public List<string>? Scopes { get; init; }
}
