using Gateway.Testing;

namespace Gateway.Benchmarks.Steady;

/// <summary>The gateway as its image holds it, compiled ahead of time: loadtests/peers/publish.sh publishes it.</summary>
internal static class PublishedGateway
{
    private static readonly string Assembly = Path.Combine(Script.Root, "artifacts", "measure", "product", "Gateway.dll");

    /// <inheritdoc cref="GatewayProgram.StartAsync"/>
    public static Task<GatewayProgram> StartAsync(
        IReadOnlyDictionary<string, string> files, IReadOnlyDictionary<string, string> environment) =>
        File.Exists(Assembly)
            ? GatewayProgram.StartAsync(files, environment, assembly: Assembly)
            : throw new FileNotFoundException("Publish the gateway first, as the scripts in loadtests/drills do.", Assembly);
}
