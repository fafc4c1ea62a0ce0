using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests;

/// <summary>Turns the sample configuration into the one a test needs.</summary>
internal static class ConfigurationEdits
{
    /// <summary>Sets what a path such as <c>Gateway:Errors:Detailed</c> names, making the objects on the way.</summary>
    public static JsonObject With(this JsonObject configuration, string path, JsonNode? value)
    {
        var names = path.Split(':');
        var parent = configuration;
        foreach (var name in names[..^1])
        {
            parent = (parent[name] ??= new JsonObject()).AsObject();
        }

        parent[names[^1]] = value;
        return configuration;
    }

    public static JsonObject With(this JsonObject configuration, string path, string json) =>
        configuration.With(path, JsonNode.Parse(json));

    /// <summary>A policy and the route <c>/{name}/...</c> that asks for it.</summary>
    public static JsonObject WithPolicy(this JsonObject configuration, string name, string policy) =>
        configuration.With($"Gateway:Policies:{name}", policy).WithRoute(name, name);

    /// <summary>A route <c>/{name}/...</c>.</summary>
    public static JsonObject WithRoute(this JsonObject configuration, string name, string policy, string? more = null)
    {
        var route = TestGateway.Route(policy, $"/{name}/{{**rest}}");
        foreach (var (key, value) in more is null ? [] : JsonNode.Parse(more)!.AsObject().ToArray())
        {
            route[key] = value!.DeepClone();
        }

        return configuration.With($"ReverseProxy:Routes:{name}", route);
    }

    public static JsonObject WithCluster(this JsonObject configuration, string name, string address) =>
        configuration.With($"ReverseProxy:Clusters:{name}:Destinations:one:Address", JsonValue.Create(address));
}
