using Grant = OpenIddict.Abstractions.OpenIddictConstants.GrantTypes;

namespace Gateway.Sandbox;

/// <summary>A client of the development issuer. A client without a secret is public (RFC 6749 2.1).</summary>
internal sealed record DevelopmentClient(string Id, string? Secret, params string[] GrantTypes)
{
    public const string DefaultScope = "orders:read";

    /// <summary>The API behind the gateway, as a client: it may introspect and exchange the tokens that it receives.</summary>
    public const string Api = "shop-api";

    public static readonly string[] Scopes = [DefaultScope, "orders:write"];

    private static readonly DevelopmentClient[] Table =
    [
        new("sandbox-service", "sandbox-secret", Grant.ClientCredentials),
        new("sandbox-web", Secret: null, Grant.Password, Grant.RefreshToken),
        new(Api, "shop-secret", Grant.TokenExchange),
    ];

    /// <summary>The client with this name and secret; a public client must present none.</summary>
    public static DevelopmentClient? Authenticate(string? id, string? secret) =>
        Array.Find(Table, client => client.Id == id && client.Secret == secret);
}
