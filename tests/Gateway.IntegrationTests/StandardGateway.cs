using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests;

/// <summary>An issuer, a destination and a gateway with a public and a protected route, shared by the tests of a class.</summary>
public class StandardGateway : IAsyncLifetime
{
    internal FakeIssuer Issuer { get; private set; } = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    internal TestGateway Gateway { get; private set; } = null!;

    /// <summary>Files beside yarp.json.</summary>
    private protected virtual IReadOnlyDictionary<string, string>? Files => null;

    public async ValueTask InitializeAsync()
    {
        Issuer = await FakeIssuer.StartAsync();
        Destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(Issuer, Destination);
        Configure(configuration);
        Gateway = await TestGateway.StartAsync(configuration, files: Files);
    }

    /// <summary>What a class of tests adds to the configuration.</summary>
    private protected virtual void Configure(JsonObject configuration)
    {
    }

    /// <summary>The same for one test that configures its own.</summary>
    internal static async Task<StandardGateway> StartAsync(Action<JsonObject> edit, TimeProvider? time = null)
    {
        var parts = new StandardGateway
        {
            Issuer = await FakeIssuer.StartAsync(),
            Destination = await RecordingDestination.StartAsync(),
        };
        var configuration = TestGateway.Configuration(parts.Issuer, parts.Destination);
        edit(configuration);
        parts.Gateway = await TestGateway.StartAsync(configuration, time);
        return parts;
    }

    /// <summary>As new: nothing received, the empty 200 for an answer.</summary>
    internal void Reset()
    {
        Destination.Forget();
        Destination.Handler = null;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await DisposePartsAsync();
    }

    private protected virtual async ValueTask DisposePartsAsync()
    {
        await Gateway.DisposeAsync();
        await Destination.DisposeAsync();
        await Issuer.DisposeAsync();
    }
}
