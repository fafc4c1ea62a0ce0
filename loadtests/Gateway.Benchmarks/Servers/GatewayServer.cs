using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Host;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;

namespace Gateway.Benchmarks.Servers;

/// <summary>
/// The gateway with the settings of a deployment: a scope, five identity headers, and the revocation list of a Redis server, where one is
/// named.
/// </summary>
internal static class GatewayServer
{
    public static async Task<WebApplication> BuildAsync(ServerSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-compare-").FullName;
        var file = Path.Combine(folder, "yarp.json");
        var configuration = Configuration(settings);
        if (settings.HasAssertion)
        {
            AddAssertion(configuration, folder);
        }

        await File.WriteAllTextAsync(file, configuration.ToJsonString());
        return await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = file,
            Configure = configure,
            Environment = "Production",
            Settings = new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:Http1:Url"] = settings.Url,
                ["Kestrel:Endpoints:Http1:Protocols"] = "Http1",
                ["Kestrel:Endpoints:Http2:Url"] = settings.Http2Url,
                ["Kestrel:Endpoints:Http2:Protocols"] = "Http2",
                ["Gateway:Management:Port"] = settings.ManagementPort.ToString(CultureInfo.InvariantCulture),
                ["Logging:LogLevel:Default"] = "Error",
            },
        });
    }

    /// <param name="folder">The one of yarp.json, where the key goes.</param>
    public static void AddAssertion(JsonObject configuration, string folder)
    {
        using var key = SigningKey.Ec();
        File.WriteAllText(Path.Combine(folder, "assertion.jwks"), SigningKey.PrivateSet(key));
        configuration["Gateway"]!["Identity"] =
            JsonNode.Parse("""{ "Assertion": { "KeyFile": "assertion.jwks", "Issuer": "https://api.bench.test" } }""");
    }

    public static JsonObject Configuration(ServerSettings settings)
    {
        var issuers = new JsonObject();
        for (var i = 0; i < settings.Issuers; i++)
        {
            issuers[$"bench-{i}"] = Issuer(ComparedKeys.IssuerName(i, settings.Issuers), settings);
        }

        var routes = new JsonObject();
        for (var i = 0; i < settings.Routes; i++)
        {
            routes[$"route-{i}"] = Route(i == settings.Routes - 1 ? "/orders/{**rest}" : $"/orders-{i}/{{**rest}}");
        }

        return new JsonObject
        {
            ["Gateway"] = new JsonObject
            {
                ["Issuers"] = issuers,
                ["Policies"] =
                    new JsonObject { ["read"] = new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("orders:read") } } },
                ["Revocation"] = Revocation(settings),
                ["TokenCache"] = settings.MaxCachedTokens == 0
                    ? new JsonObject()
                    : new JsonObject { ["MaxEntries"] = settings.MaxCachedTokens },
            },
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = routes,
                ["Clusters"] = new JsonObject
                {
                    ["one"] = new JsonObject
                    {
                        ["Destinations"] = new JsonObject { ["d"] = new JsonObject { ["Address"] = settings.Destination } },
                    },
                },
            },
        };
    }

    // Tokens are kept on disk between runs, since two hundred thousand RSA signatures take a minute: hence the long life.
    private static JsonObject Issuer(string issuer, ServerSettings settings) => new()
    {
        ["Issuer"] = issuer,
        ["Audiences"] = new JsonArray(ComparedKeys.Audience),
        ["Keys"] = new JsonObject { ["JwksFile"] = ComparedKeys.KeySet(settings.KeyFolder) },
        ["MaxLifetime"] = "60.00:00:00",
    };

    private static JsonObject Route(string path) => new()
    {
        ["ClusterId"] = "one",
        ["AuthorizationPolicy"] = "read",
        ["Match"] = new JsonObject { ["Path"] = path },
    };

    private static JsonObject Revocation(ServerSettings settings) => settings.Redis.Length == 0
        ? new JsonObject { ["Store"] = "Memory" }
        : new JsonObject { ["Store"] = "Redis", ["Redis"] = new JsonObject { ["Connection"] = settings.Redis } };
}
