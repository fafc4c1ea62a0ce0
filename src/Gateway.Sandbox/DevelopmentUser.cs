namespace Gateway.Sandbox;

/// <summary>A demo user. The passwords are public: this issuer protects nothing and listens on loopback only.</summary>
internal sealed record DevelopmentUser(string Name, string Password, IReadOnlyList<string> Roles)
{
    private static readonly DevelopmentUser[] Table =
    [
        new("alice", "wonderland", ["ops"]),
        new("bob", "builder", []),
    ];

    /// <summary>The user with this name and password, if both are right.</summary>
    public static DevelopmentUser? Authenticate(string? name, string? password) =>
        Array.Find(Table, user => user.Name == name && user.Password == password);
}
