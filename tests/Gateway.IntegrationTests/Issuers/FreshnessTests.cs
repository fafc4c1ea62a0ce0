using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>How often a provider is asked, and whether it has to send what it sent before.</summary>
public sealed class FreshnessTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _destination.DisposeAsync();
    }

    // Each wait is shortened by up to a tenth, so that replicas drift apart.
    [Theory]
    [InlineData(null, 300)]
    [InlineData("max-age=10", 60)]
    [InlineData("max-age=600", 600)]
    [InlineData("public, max-age=7200", 3600)]
    [InlineData("no-store", 60)]
    [InlineData("no-cache, max-age=7200", 60)]
    [InlineData("max-age=-5", 300)]
    [InlineData("nonsense", 300)]
    public async Task Lifetime_that_the_provider_names_is_kept_within_a_minute_and_an_hour(string? cacheControl, int seconds)
    {
        _issuer.CacheControl = cacheControl;
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));
        await Eventually.TrueAsync(
            async () => (await gateway.DescribeAsync("shop"))!["nextRefresh"] is not null, "the next refresh is planned");

        // Five seconds for a slow machine.
        (await gateway.DescribeAsync("shop"))!.NextRefreshIn(TimeProvider.System).ShouldBeInRange((seconds * 0.9) - 5, seconds);
    }

    [Theory]
    [InlineData("EntityTag", 3)]
    [InlineData("LastModified", 3)]
    [InlineData("Good", 0)]
    public async Task Document_is_sent_once_by_a_provider_that_can_say_it_is_unchanged(string mode, int notModified)
    {
        await _issuer.SetModeAsync(Enum.Parse<ProviderMode>(mode));
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));

        for (var i = 0; i < 3; i++)
        {
            (await gateway.RefreshAsync("shop")).Status.ShouldBe(200);
        }

        using var answer = await gateway.GetAsync("/private/a", _issuer.Token().Build());
        ((int)answer.StatusCode).ShouldBe(200);
        _issuer.NotModified.ShouldBe(notModified);
        _issuer.KeyRequests.ShouldBe(4);
    }

    [Fact]
    public async Task Unchanged_document_counts_as_fresh()
    {
        var clock = new ShiftedClock();
        await _issuer.SetModeAsync(ProviderMode.EntityTag);
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination), clock);
        clock.Advance(TimeSpan.FromMinutes(10));
        (await gateway.DescribeAsync("shop"))!["ageSeconds"]!.GetValue<double>().ShouldBeGreaterThan(599);

        var (_, refreshed) = await gateway.RefreshAsync("shop");

        refreshed["ageSeconds"]!.GetValue<double>().ShouldBeLessThan(60);
        _issuer.NotModified.ShouldBe(1);
    }

    [Fact]
    public async Task Document_that_was_no_use_is_asked_for_again_in_full()
    {
        await _issuer.SetModeAsync(ProviderMode.EntityTag);
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));
        await _issuer.SetModeAsync(ProviderMode.Html);
        (await gateway.RefreshAsync("shop")).Status.ShouldBe(503);

        await _issuer.SetModeAsync(ProviderMode.EntityTag);
        var (status, issuer) = await gateway.RefreshAsync("shop");

        status.ShouldBe(200);
        issuer.KeyIds().ShouldBe(["rsa-1", "ec-1"]);
        _issuer.NotModified.ShouldBe(0);
    }
}
