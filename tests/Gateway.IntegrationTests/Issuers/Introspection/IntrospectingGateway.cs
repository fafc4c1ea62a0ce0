using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers.Introspection;

/// <summary>A gateway that asks an introspection endpoint about opaque tokens.</summary>
internal sealed class IntrospectingGateway : IAsyncDisposable
{
    public const string Token = "mF_9.B5f-4.1JqM~opaque+token/==";

    public required FakeIssuer Issuer { get; init; }

    public required FakeIntrospection Endpoint { get; init; }

    public required RecordingDestination Destination { get; init; }

    public required TestGateway Gateway { get; init; }

    /// <param name="introspection">Members beside Endpoint, ClientId and SecretFile; null removes one.</param>
    public static async Task<IntrospectingGateway> StartAsync(
        JsonObject? introspection = null, TimeProvider? time = null, Action<JsonObject>? edit = null,
        IReadOnlyDictionary<string, string>? files = null)
    {
        var issuer = await FakeIssuer.StartAsync();
        var endpoint = await FakeIntrospection.StartAsync();
        var destination = await RecordingDestination.StartAsync();
        var settings =
            new JsonObject { [nameof(Endpoint)] = endpoint.Address, ["ClientId"] = "gate way", ["SecretFile"] = "client.secret" };
        foreach (var (name, value) in introspection ?? [])
        {
            settings.Remove(name);
            if (value is not null)
            {
                settings[name] = value.DeepClone();
            }
        }

        var configuration =
            TestGateway.Configuration(issuer, destination).With("Gateway:Issuers:shop:Introspection", settings.ToJsonString())
            // Tests move the clock, and the revocation list must not be too old for that.
            .With("Gateway:Revocation:MaxStaleness", "\"00:10:00\"");
        edit?.Invoke(configuration);
        return new IntrospectingGateway
        {
            Issuer = issuer,
            Endpoint = endpoint,
            Destination = destination,
            Gateway = await TestGateway.StartAsync(
                configuration, time,
                new Dictionary<string, string>(files ?? new Dictionary<string, string>()) { ["client.secret"] = "p&ss:word\n" }),
        };
    }

    public JsonObject Active() => FakeIntrospection.Active(Issuer.Issuer);

    public async Task<int> StatusAsync(string token = Token)
    {
        using var response = await Gateway.GetAsync("/private/orders", token);
        return (int)response.StatusCode;
    }

    /// <summary>The status, and the reason in the body of a rejection.</summary>
    public async Task<(int Status, string? Reason)> DecideAsync(string token = Token)
    {
        using var response = await Gateway.GetAsync("/private/orders", token);
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : JsonNode.Parse(body)!["reason"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Destination.DisposeAsync();
        await Endpoint.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
