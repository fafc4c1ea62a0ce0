using Gateway.Testing;

namespace Gateway.IntegrationTests.Host;

/// <summary>What an operator reads while the program starts.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Start_is_logged_once_for_all_listeners()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var folder = Directory.CreateTempSubdirectory("gateway-start-");
        try
        {
            var file = Path.Combine(folder.FullName, "yarp.json");
            var configuration = TestGateway.Configuration(issuer, destination)
                .With("Gateway:TrustedProxies", """["127.0.0.1"]""")
                .With("Gateway:ExternalAuthorization", """{ "Port": 0, "Protocols": ["ForwardAuth"] }""")
                .With("Gateway:Management", """{ "Port": 0 }""");
            await File.WriteAllTextAsync(file, configuration.ToJsonString(), TestContext.Current.CancellationToken);
            await using var gateway = Script.Start(
                "env", "DOTNET_ENVIRONMENT=Development", "dotnet", Path.Combine(AppContext.BaseDirectory, "Gateway.dll"),
                "--config", file, "--urls", "http://127.0.0.1:0");

            // The listeners of other ports start before the public one, whose content root is the folder of yarp.json.
            var lines = new List<string>();
            do
            {
                lines.Add(await gateway.ReadLineAsync());
            }
            while (!lines[^1].Contains("Content root path: " + folder.FullName, StringComparison.Ordinal));

            lines.Count(line => line.Contains("Application started.", StringComparison.Ordinal)).ShouldBe(1);
            lines.Count(line => line.Contains("Now listening on: ", StringComparison.Ordinal)).ShouldBe(3);
            lines.Count(line => line.Contains("Content root path: ", StringComparison.Ordinal)).ShouldBe(1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
