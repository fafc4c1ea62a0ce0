using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>A gateway whose issuer binds tokens to the key of a client.</summary>
public sealed class DpopGateway : StandardGateway
{
    internal SigningKey Key { get; } = SigningKey.Ec();

    internal string Token(Action<TokenBuilder>? change = null) => Bound(Issuer, Key, change);

    internal static string Bound(FakeIssuer issuer, SigningKey key, Action<TokenBuilder>? change = null)
    {
        var token = issuer.Token().With("cnf", new JsonObject { ["jkt"] = ProofBuilder.Thumbprint(key) });
        change?.Invoke(token);
        return token.Build();
    }

    internal ProofBuilder Proof(string token, string path = "/private/orders", HttpMethod? method = null) =>
        new ProofBuilder(Key).For(method ?? HttpMethod.Get, Gateway.Address + path, token);

    internal async Task<HttpResponseMessage> SendAsync(
        string token, string proof, string path = "/private/orders", HttpMethod? method = null)
    {
        using var request = ProofBuilder.Request(method ?? HttpMethod.Get, path, token, proof);
        return await Gateway.Client.SendAsync(request);
    }

    private protected override void Configure(JsonObject configuration) => configuration
        .WithPolicy("bound", """{ "SenderConstraint": "Required" }""")
        .WithPolicy("forwarding", """{ "ForwardToken": true }""")
        .WithPolicy("report", """{ "Mode": "Report" }""")
        .With("ReverseProxy:Routes:transformed", JsonNode.Parse(
            """{ "ClusterId": "recorder", "AuthorizationPolicy": "Authenticated", "Match": { "Path": "/transformed/{**rest}" }, "Transforms": [{ "RequestHeader": "X-Added", "Set": "1" }] }"""));

    private protected override async ValueTask DisposePartsAsync()
    {
        await base.DisposePartsAsync();
        Key.Dispose();
    }
}
