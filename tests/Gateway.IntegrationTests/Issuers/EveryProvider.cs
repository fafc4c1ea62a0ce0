using System.Diagnostics;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>What a gateway made of a provider in one mode.</summary>
/// <param name="Requests">How many requests for keys the loads cost.</param>
/// <param name="Loads">How many loads there can have been.</param>
internal sealed record Observation(
    int RefreshStatus, JsonObject Issuer, int ClientStatus, string? RetryAfter, string ClientBody, int Requests, int Loads, int Moved,
    int UnknownKeyStatus);

/// <summary>
/// A provider in every mode, all issuers of one gateway, so that the slow ones are slow at the same time. First a gateway that starts
/// while they misbehave, then one that has their keys before they do.
/// </summary>
public sealed class EveryProvider : IAsyncLifetime
{
    private readonly Dictionary<ProviderMode, FakeIssuer> _issuers = [];
    private RecordingDestination _destination = null!;

    internal Dictionary<ProviderMode, Observation> Empty { get; } = [];

    internal Dictionary<ProviderMode, Observation> Warm { get; } = [];

    internal List<string> Logs { get; } = [];

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        await Task.WhenAll(Enum.GetValues<ProviderMode>().Select(async mode =>
        {
            var issuer = await FakeIssuer.StartAsync();
            lock (_issuers)
            {
                _issuers.Add(mode, issuer);
            }
        }));
        await SetModesAsync(mode => mode);
        await using (var gateway = await TestGateway.StartAsync(Configuration(), waitUntilReady: false))
        {
            await ObserveAsync(gateway, Empty);
        }

        await SetModesAsync(_ => ProviderMode.Good);
        await using (var gateway = await TestGateway.StartAsync(Configuration()))
        {
            await SetModesAsync(mode => mode);
            await ObserveAsync(gateway, Warm);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var issuer in _issuers.Values)
        {
            await issuer.DisposeAsync();
        }

        await _destination.DisposeAsync();
    }

    private async Task SetModesAsync(Func<ProviderMode, ProviderMode> choose)
    {
        foreach (var (mode, issuer) in _issuers)
        {
            await issuer.SetModeAsync(choose(mode));
        }
    }

    private JsonObject Configuration()
    {
        var configuration = TestGateway.Configuration(_destination);
        foreach (var (mode, issuer) in _issuers)
        {
            configuration.With(
                $"Gateway:Issuers:{mode}",
                $$"""{ "Issuer": "{{issuer.Issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""");
        }

        return configuration;
    }

    private async Task ObserveAsync(TestGateway gateway, Dictionary<ProviderMode, Observation> observations)
    {
        foreach (var observation in await Task.WhenAll(_issuers.Keys.Select(mode => ObserveAsync(gateway, mode))))
        {
            observations.Add(observation.Mode, observation.Observation);
        }

        Logs.AddRange(gateway.Logs.Lines);
    }

    private async Task<(ProviderMode Mode, Observation Observation)> ObserveAsync(TestGateway gateway, ProviderMode mode)
    {
        var issuer = _issuers[mode];
        var (before, movedBefore, clock) = (issuer.KeyRequests, issuer.MovedRequests, Stopwatch.StartNew());
        var (status, _) = await gateway.RefreshAsync($"{mode}");
        // The refresh may have joined the load with which the gateway began.
        using var answer = await gateway.GetAsync("/private/a", issuer.Token().Build());
        using var unknown = await gateway.GetAsync("/private/a", issuer.Token().WithHeader("kid", "invented").Build());
        return (mode, new Observation(
            status,
            (await gateway.DescribeAsync($"{mode}"))!,
            (int)answer.StatusCode,
            answer.Raw("Retry-After"),
            await answer.Content.ReadAsStringAsync(),
            issuer.KeyRequests - before,
            (int)clock.Elapsed.TotalSeconds + 3,
            issuer.MovedRequests - movedBefore,
            (int)unknown.StatusCode));
    }
}
