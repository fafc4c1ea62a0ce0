using System.Text.Json.Nodes;
using Gateway.Authentication;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Runtime;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Benchmarks.Operations;

/// <summary>A real gateway whose parts are called one by one, and a token that it knows.</summary>
internal sealed class OperationGateway : IAsyncDisposable
{
    // Longer than a benchmark takes.
    private static readonly TimeSpan Life = TimeSpan.FromHours(20);

    private readonly FakeIssuer _issuer;
    private readonly RecordingDestination _destination;
    private readonly TestGateway _gateway;

    private OperationGateway(FakeIssuer issuer, RecordingDestination destination, TestGateway gateway)
    {
        _issuer = issuer;
        _destination = destination;
        _gateway = gateway;
    }

    public GatewaySnapshot Snapshot => _gateway.Services.GetRequiredService<LiveGateway>().Current;

    /// <summary>Scopes and two rules on claims.</summary>
    public RoutePolicy Policy => Snapshot.Settings.Policies["strict"];

    public RevocationSet Revocations => _gateway.Services.GetRequiredService<RevocationList>().Set;

    public string Issuer => _issuer.Issuer;

    /// <summary>Unix seconds; later than any benchmark ends.</summary>
    public static long Expires => (TimeProvider.System.GetUtcNow() + Life).ToUnixTimeSeconds();

    /// <param name="maxEntries">How many tokens it remembers; the default when null.</param>
    public static async Task<OperationGateway> StartAsync(int? maxEntries = null)
    {
        var issuer = await FakeIssuer.StartAsync();
        var destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(issuer, destination);
        configuration["Gateway"]!["Policies"]!["strict"] = JsonNode.Parse(
            """
            {
              "Scopes": { "All": ["orders:read"] },
              "Claims": [
                { "Path": "realm_access.roles", "AnyOf": ["ops", "admin"] },
                { "Path": "tenant", "Matches": "[a-z]{2,20}" }
              ]
            }
            """);
        if (maxEntries is not null)
        {
            configuration["Gateway"]!["TokenCache"] = new JsonObject { ["MaxEntries"] = maxEntries };
        }

        configuration["ReverseProxy"]!["Routes"]!["strict"] = TestGateway.Route("strict", "/strict/{**rest}");
        var gateway = await TestGateway.StartAsync(configuration);
        await gateway.WaitUntilReadyAsync();
        return new OperationGateway(issuer, destination, gateway);
    }

    /// <summary>A good token of a thousand characters or so.</summary>
    public ReadOnlyMemory<char> Token(string id, string algorithm = "RS256") => Builder(id, algorithm).Build().AsMemory();

    /// <summary>The same, bound to the key of a DPoP client.</summary>
    public string BoundToken(string id, string thumbprint) =>
        Builder(id, "ES256").With("cnf", new JsonObject { ["jkt"] = thumbprint }).Build();

    /// <summary>The token as the gateway keeps it, after it was seen often enough to be kept.</summary>
    public async Task<VerifiedToken> KnowAsync(ReadOnlyMemory<char> token)
    {
        VerifiedToken? known = null;
        for (var use = 0; use < 3; use++)
        {
            known = (await Snapshot.Authenticator.AuthenticateAsync(token, Policy, default, CancellationToken.None)).Token;
        }

        return known ?? throw new InvalidOperationException("The token is rejected.");
    }

    private TokenBuilder Builder(string id, string algorithm) => _issuer.Token(algorithm: algorithm)
        .With("jti", id)
        .With("exp", Expires)
        .With("tenant", "north")
        .With("realm_access", new JsonObject { ["roles"] = new JsonArray("viewer", "ops") });

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }
}
