using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Management;

/// <summary>Gateways whose administrators are known by a scope.</summary>
internal static class AdminGateway
{
    public const string Issuer = "https://idp.test";

    /// <param name="key">The one key of the issuer.</param>
    /// <param name="hasPolicy">True when <c>/admin</c> asks for the scope <c>gateway:admin</c>.</param>
    public static Task<TestGateway> StartAsync(
        RecordingDestination destination, SigningKey key, string environment, bool hasPolicy, Action<JsonObject>? edit = null,
        TimeProvider? time = null)
    {
        var configuration = TestGateway.Configuration(destination)
            .With(
                "Gateway:Issuers:shop", $$"""{ "Issuer": "{{Issuer}}", "Audiences": ["shop-api"], "Keys": { "JwksFile": "keys.json" } }""")
            .With("Gateway:Policies:admins", """{ "Scopes": { "All": ["gateway:admin"] } }""");
        if (hasPolicy)
        {
            configuration.With("Gateway:Management:Policy", JsonValue.Create("admins"));
        }

        edit?.Invoke(configuration);
        return TestGateway.StartAsync(
            configuration,
            time,
            files: new Dictionary<string, string> { ["keys.json"] = new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString() },
            environment: environment);
    }

    public static string Token(SigningKey key, string scope) => new TokenBuilder(key, Issuer).With("scope", scope).Build();
}
