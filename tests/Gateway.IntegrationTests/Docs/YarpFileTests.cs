using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.YarpFiles;

namespace Gateway.IntegrationTests.Docs;

/// <summary>
/// Configurations of applications with YARP, moved as docs/migration/yarp-jwtbearer.md says: the gateway starts, and each route works as
/// before.
/// </summary>
public sealed class YarpFileTests(StandardGateway parts) : IClassFixture<StandardGateway>
{
    private const string CallId = "x-call";

    public static TheoryData<string> Files => [.. YarpFile.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_route_reaches_its_destination_with_the_expected_path(string name)
    {
        var file = YarpFile.Read(name);
        await using var gateway = await TestGateway.StartAsync(ToLoopback(file.ToGateway(new JsonObject
        {
            ["Issuer"] = parts.Issuer.Issuer,
            ["Audiences"] = new JsonArray("shop-api"),
            ["Keys"] = new JsonObject { ["Discovery"] = true },
        })));
        var token = parts.Issuer.Token().Build();

        foreach (var call in file.Calls)
        {
            if (call.Protected)
            {
                (await SendAsync(gateway, call, null)).Status.ShouldBe(401, call.Send);
            }

            var (status, arrived) = await SendAsync(gateway, call, call.Protected ? token : null);

            status.ShouldBe(200, call.Send);
            arrived.ShouldNotBeNull().Target.ShouldBe(call.Arrives);
            arrived.Method.ShouldBe(call.Method);
            arrived.Header("X-Auth-Subject").ShouldBe(call.Protected ? "alice" : null);
        }
    }

    private async Task<(int Status, ReceivedRequest? Arrived)> SendAsync(TestGateway gateway, YarpCall call, string? token)
    {
        var id = Guid.NewGuid().ToString("N");
        using var request = TestGateway.Request(new HttpMethod(call.Method), call.Send, token);
        request.Headers.Host = call.Host;
        request.Headers.Add(CallId, id);
        foreach (var (name, value) in call.Headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await gateway.Client.SendAsync(request);
        // Health checks arrive there too.
        return ((int)response.StatusCode, parts.Destination.Received.SingleOrDefault(received => received.Header(CallId) == id));
    }

    /// <summary>The addresses of this machine in place of those in the file; an https endpoint would need a certificate.</summary>
    private JsonObject ToLoopback(JsonObject configuration)
    {
        configuration.With("Gateway:Revocation:Store", JsonValue.Create("Memory")).Remove("Urls");
        configuration.Remove("Kestrel");
        foreach (var (_, cluster) in configuration["ReverseProxy"]!["Clusters"]!.AsObject())
        {
            foreach (var (_, destination) in cluster!["Destinations"]!.AsObject())
            {
                destination!["Address"] = parts.Destination.Address;
            }
        }

        return configuration;
    }
}
