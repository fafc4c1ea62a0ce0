using System.Text.Json.Nodes;
using Gateway.Benchmarks.Servers;
using Gateway.Testing;

namespace Gateway.Benchmarks.Measure.Peers;

/// <summary>
/// The published gateway, compiled ahead of time as in its image, with the settings of a deployment: a scope, five identity headers, and
/// the default revocation list, which is empty. It runs in the Development environment for one reason: then all its ports are on loopback.
/// </summary>
internal sealed class MeasuredGateway(MeasureSite site)
{
    /// <param name="isFull">With decryption keys, introspection and external authorization; else Decisions is 0.</param>
    /// <param name="environment">Settings of the runtime.</param>
    /// <param name="cores">How many cores it may use; null for all.</param>
    public (ServerSettings Settings, int Decisions, MeasuredProgram Program) Start(
        ServerSettings settings, bool isFull = false, IReadOnlyDictionary<string, string>? environment = null, int? cores = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(site.Folder, $"gateway-{new Uri(settings.Url).Port}")).FullName;
        var configuration = GatewayServer.Configuration(settings);
        configuration["Gateway"]!["Issuers"]!["bench-0"]!["Algorithms"] = new JsonArray("RS256", "ES256", "EdDSA");
        configuration["Gateway"]!["Management"] = new JsonObject { ["Port"] = RedisServer.FreePort() };
        configuration["Kestrel"] = new JsonObject { ["Endpoints"] = Endpoints(settings) };
        if (!settings.HasIdentity)
        {
            // No token has this claim, so no header is set.
            configuration["Gateway"]!["Identity"] = new JsonObject { ["Headers"] = new JsonObject { ["X-Auth-Subject"] = "absent" } };
        }

        if (settings.HasAssertion)
        {
            GatewayServer.AddAssertion(configuration, folder);
        }

        var decisions = isFull ? RedisServer.FreePort() : 0;
        if (isFull)
        {
            AddAll(configuration["Gateway"]!, decisions, folder);
        }

        var file = Path.Combine(folder, "yarp.json");
        File.WriteAllText(file, configuration.ToJsonString());
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
        };
        string[] command = [Path.Combine(site.Product, "Gateway"), "run", "--config", file];
        // taskset becomes the gateway: there is no process between.
        return (settings, decisions, cores is null
            ? MeasuredProgram.Start(command[0], command[1..], all)
            : MeasuredProgram.Start("taskset", ["--cpu-list", $"0-{cores - 1}", .. command], all));
    }

    private JsonObject Endpoints(ServerSettings settings) => new()
    {
        ["Http1"] = new JsonObject { ["Url"] = settings.Url, ["Protocols"] = "Http1" },
        ["Http2"] = new JsonObject { ["Url"] = settings.Http2Url, ["Protocols"] = "Http2" },
        ["Tls"] = new JsonObject
        {
            ["Url"] = settings.TlsUrl,
            ["Certificate"] =
                new JsonObject { ["Path"] = Path.Combine(site.Folder, "tls.crt"), ["KeyPath"] = Path.Combine(site.Folder, "tls.key") },
        },
    };

    private void AddAll(JsonNode gateway, int decisions, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "decryption.jwks"), EncryptionKey.KeySet(site.Encryption));
        File.WriteAllText(Path.Combine(folder, "introspection.secret"), "secret\n");
        var issuer = gateway["Issuers"]!["bench-0"]!;
        issuer["Keys"]!["DecryptionFile"] = "decryption.jwks";
        issuer["Introspection"] = new JsonObject
        {
            ["Endpoint"] = site.IntrospectionEndpoint,
            ["ClientId"] = "gateway",
            ["SecretFile"] = "introspection.secret",
        };
        gateway["TrustedProxies"] = new JsonArray("127.0.0.1");
        gateway["ExternalAuthorization"] = new JsonObject { ["Port"] = decisions, ["Protocols"] = new JsonArray("ForwardAuth", "Envoy") };
    }
}
