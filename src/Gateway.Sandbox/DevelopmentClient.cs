namespace Gateway.Sandbox;

/// <summary>A client of the development issuer. A client without a secret is public (RFC 6749 2.1).</summary>
internal sealed record DevelopmentClient(string Id, string? Secret, IReadOnlyList<string> GrantTypes)
{
    public const string DefaultScope = "orders:read";

    public static readonly IReadOnlyList<string> AllowedScopes = [DefaultScope, "orders:write"];

    private static readonly DevelopmentClient[] Table =
    [
        new("sandbox-service", "sandbox-secret", [GrantType.ClientCredentials]),
        new("sandbox-web", Secret: null, [GrantType.Password, GrantType.RefreshToken]),
    ];

    public static DevelopmentClient? Find(string id) => Array.Find(Table, client => client.Id == id);

    /// <summary>Whether this is what the client must present: its secret, or nothing for a public client.</summary>
    public bool Accepts(string? secret) =>
        Secret is null || secret is null ? Secret == secret : SecretComparison.Matches(Secret, secret);
}
