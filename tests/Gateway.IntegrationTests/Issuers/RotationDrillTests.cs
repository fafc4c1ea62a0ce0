using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Drills;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>The drill of loadtests/drills/rotation.sh in short phases.</summary>
public sealed class RotationDrillTests
{
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("double")]
    [InlineData("oidc-provider")]
    public async Task No_valid_token_is_rejected_while_the_provider_rotates_loses_a_key_dies_and_returns(string name)
    {
        await using RotatingProvider provider = name == "double"
            ? await FakeRotatingProvider.StartAsync()
            : await OidcRotatingProvider.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var clock = new ShiftedClock();
        // A leap of the clock makes the revocation list look old; that is not what this is about.
        var configuration =
            RotationDrill.Configuration(provider.Issuer, destination).With("Gateway:Revocation:MaxStaleness", JsonValue.Create("00:05:00"));
        await using var gateway = await TestGateway.StartAsync(configuration, clock);
        using var fetches = new FetchCount(gateway);
        // Tokens are of real time, and the gateway's clock is ahead by half a minute more in each phase.
        await using var drill =
            new RotationDrill(provider, gateway, fetches, new DrillPlan(200, Phase, Phase, () => clock.Advance(TimeSpan.FromSeconds(31))));

        var phases = await drill.RunAsync();

        phases.ShouldAllBe(phase => phase.RejectedValid == 0);
        phases.ShouldAllBe(phase => phase.Requests > 100);
        var removed = phases.Single(phase => phase.Name == "compromised key removed");
        removed.Removed.ShouldBeGreaterThan(0);
        removed.RejectedRemoved.ShouldBe(removed.Removed);
        phases.Single(phase => phase.Name == "provider killed").Fetches.ShouldBe(1);
        phases.Where(phase => phase.Name.StartsWith("rotation", StringComparison.Ordinal)).ShouldAllBe(phase => phase.Fetches == 1);
    }
}
