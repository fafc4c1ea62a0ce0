using System.Buffers.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Identity;

/// <summary>A gateway that signs assertions, with two clusters of the same destination and a route with transforms.</summary>
public sealed class AssertionGateway : StandardGateway
{
    public const string Header = "X-Auth-Assertion";
    public const string Jwks = "/.well-known/jwks.json";

    private static readonly SigningKey Key = SigningKey.Ec("first");
    private static readonly SigningKey Second = SigningKey.Ed25519("second");

    private protected override IReadOnlyDictionary<string, string>? Files =>
        new Dictionary<string, string> { ["assertion.jwks"] = SigningKey.PrivateSet(Key, Second) };

    private protected override void Configure(JsonObject configuration) => Configure(configuration, Destination.Address);

    internal static JsonObject Configure(JsonObject configuration, string destination) => configuration
        .With("Gateway:Identity:Assertion", """{ "KeyFile": "assertion.jwks", "Issuer": "https://api.example.com" }""")
        .WithCluster("Second", destination)
        .WithRoute("second", "Authenticated", """{ "ClusterId": "second" }""")
        .WithRoute("changed", "Authenticated", """{ "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""")
        .WithRoute("report", "reporting")
        .With("Gateway:Policies:reporting", """{ "Scopes": { "All": ["other"] }, "Mode": "Report" }""");

    internal static JsonObject HeaderOf(string assertion) => Decode(assertion.Split('.')[0]);

    internal static JsonObject PayloadOf(string assertion) => Decode(assertion.Split('.')[1]);

    private static JsonObject Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();
}
