namespace Gateway.Sandbox;

/// <summary>The metadata document, the same for OpenID Connect Discovery 1.0 and RFC 8414. There is no authorization endpoint.</summary>
internal sealed record IssuerMetadata(string Issuer)
{
    public const string TokenPath = "/token";
    public const string JwksPath = "/jwks";
    public const string RevocationPath = "/revoke";
    public const string EndSessionPath = "/logout";

    public string JwksUri => Issuer + JwksPath;

    public string TokenEndpoint => Issuer + TokenPath;

    public string RevocationEndpoint => Issuer + RevocationPath;

    public string EndSessionEndpoint => Issuer + EndSessionPath;

    public IReadOnlyList<string> GrantTypesSupported { get; } = GrantType.All;

    public IReadOnlyList<string> ScopesSupported { get; } = DevelopmentClient.AllowedScopes;

    public IReadOnlyList<string> ResponseTypesSupported { get; } = [];

    public IReadOnlyList<string> SubjectTypesSupported { get; } = ["public"];

    public IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; } = SigningKeys.Algorithms;

    public IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; } = ClientAuthentication.Methods;

    public IReadOnlyList<string> RevocationEndpointAuthMethodsSupported { get; } = ClientAuthentication.Methods;
}
