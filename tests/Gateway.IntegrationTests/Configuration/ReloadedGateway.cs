using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A gateway with a guarded route whose configuration is read again only when a test says so.</summary>
internal static class ReloadedGateway
{
    public static async Task<MountedGateway> StartAsync(Action<IServiceCollection>? configure = null)
    {
        var parts = await MountedGateway.StartAsync(
            configuration =>
            {
                configuration["Gateway"]!["Policies"]!["guard"] = Guard(isScoped: false);
                configuration["ReverseProxy"]!["Routes"]!["guarded"] = TestGateway.Route("guard", "/guarded/{**rest}");
            },
            configure);
        await Follower(parts.Services).StopAsync(TestContext.Current.CancellationToken);
        return parts;
    }

    public static Task ChangeAsync(MountedGateway parts, Action<JsonObject> edit)
    {
        parts.Change(edit);
        return Follower(parts.Services).LookAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>For any token of the issuer, or only for one with a scope that the tests' tokens do not have.</summary>
    public static JsonObject Guard(bool isScoped) => isScoped
        ? new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("admin") } }
        : new JsonObject { ["Issuers"] = new JsonArray("shop") };

    public static void Move(JsonObject configuration, RecordingDestination destination) =>
        configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = destination.Address;

    public static ConfigurationFollower Follower(IServiceProvider services) =>
        services.GetServices<IHostedService>().OfType<ConfigurationFollower>().Single();
}
