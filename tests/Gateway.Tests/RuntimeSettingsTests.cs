using System.Text.Json.Nodes;
using Gateway.Host;

namespace Gateway.Tests;

/// <summary>The gateway is measured beside servers with .NET's defaults (docs/decisions/0013) and runs with them as well.</summary>
public sealed class RuntimeSettingsTests
{
    [Fact]
    public void Gateway_runs_with_the_defaults_of_a_web_application()
    {
        var file = Path.ChangeExtension(typeof(GatewayApp).Assembly.Location, ".runtimeconfig.json");
        var properties = JsonNode.Parse(File.ReadAllText(file))!["runtimeOptions"]!["configProperties"]!.AsObject();

        properties["System.GC.Server"]!.GetValue<bool>().ShouldBeTrue();
        properties.Select(property => property.Key)
            .Where(name => name.StartsWith("System.GC.")
                || name.StartsWith("System.Threading.")
                || name.StartsWith("System.Runtime.Tiered"))
            .ShouldBe(["System.GC.Server"]);
    }
}
