using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Issuers;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>Keys come and go; valid tokens do not notice, and invented key ids cost nothing.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly SigningKey _next = SigningKey.Rsa("rsa-2");
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        // Tests move the clock, and the revocation list must not be too old for that.
        var configuration =
            TestGateway.Configuration(_issuer, _destination).With("Gateway:Revocation:MaxStaleness", JsonValue.Create("01:00:00"));
        _gateway = await TestGateway.StartAsync(configuration, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
        _next.Dispose();
    }

    [Fact]
    public async Task First_token_with_a_new_key_passes_without_any_overlap()
    {
        _issuer.Keys = [_next.ToJwk()];

        (await StatusAsync(NewToken())).ShouldBe(200);

        _issuer.KeyRequests.ShouldBe(2);
    }

    [Fact]
    public async Task Key_that_is_no_longer_listed_stops_verifying_with_the_swap_also_for_a_token_seen_before()
    {
        var old = _issuer.Token().Build();
        (await StatusAsync(old)).ShouldBe(200);
        _issuer.Keys = [_next.ToJwk()];

        (await StatusAsync(old)).ShouldBe(200);
        (await _gateway.RefreshAsync("shop")).Status.ShouldBe(200);

        (await StatusAsync(old)).ShouldBe(401);
        (await StatusAsync(NewToken())).ShouldBe(200);
    }

    [Fact]
    public async Task Token_that_brings_the_new_key_takes_the_removed_one_out_of_use()
    {
        _issuer.Keys = [_next.ToJwk()];

        (await StatusAsync(NewToken())).ShouldBe(200);

        (await StatusAsync(_issuer.Token().Build())).ShouldBe(401);
    }

    [Fact]
    public async Task Thirty_first_tokens_with_a_new_key_cost_one_fetch()
    {
        _issuer.Keys = [.. _issuer.Keys.Select(key => key!.DeepClone()), _next.ToJwk()];
        var tokens = Enumerable.Range(0, 30).Select(_ => NewToken()).ToArray();
        var arrived = new TaskCompletionSource();
        var document = new JsonObject { ["keys"] = _issuer.Keys.DeepClone() }.ToJsonString();
        _issuer.KeysHandler = async context =>
        {
            await arrived.Task;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(document));
        };

        var answers = tokens.Select(StatusAsync).ToArray();
        await Eventually.TrueAsync(() => _issuer.KeyRequests == 2, "the keys are being loaded");
        (await StatusAsync(_issuer.Token().Build())).ShouldBe(200);
        arrived.SetResult();

        (await Task.WhenAll(answers)).ShouldAllBe(status => status == 200);
        _issuer.KeyRequests.ShouldBe(2);
    }

    [Fact]
    public async Task Flood_of_invented_key_ids_costs_the_provider_the_allowance_and_no_client_an_error_of_the_server()
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            (await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StatusAsync(InventedKey())))).ShouldAllBe(status => status == 401);
        }

        (await StatusAsync(_issuer.Token().Build())).ShouldBe(200);

        // The first load, the burst, and as many more as became due while the flood lasted on this machine.
        var due = (int)(TimeProvider.System.GetElapsedTime(start) / SearchAllowance.Every);
        (_issuer.KeyRequests - 1).ShouldBeInRange(SearchAllowance.Burst, SearchAllowance.Burst + due);
    }

    [Fact]
    public async Task Two_rotations_without_overlap_and_an_invented_key_id_before_each_reject_no_valid_token()
    {
        using var third = SigningKey.Rsa("rsa-3");
        (await StatusAsync(InventedKey())).ShouldBe(401);

        _issuer.Keys = [_next.ToJwk()];
        (await StatusAsync(NewToken())).ShouldBe(200);

        _issuer.Keys = [third.ToJwk()];
        (await StatusAsync(new TokenBuilder(third, _issuer.Issuer).Build())).ShouldBe(200);
        (await StatusAsync(NewToken())).ShouldBe(401);
    }

    [Fact]
    public async Task First_token_after_a_rotation_that_followed_a_flood_waits_for_the_search_that_is_due()
    {
        await SpendSearchesAsync();
        _issuer.Keys = [_next.ToJwk()];

        _clock.Advance(SearchAllowance.Every - TimeSpan.FromSeconds(1.5));

        (await StatusAsync(NewToken())).ShouldBe(200);
    }

    [Fact]
    public async Task Unknown_key_is_rejected_without_waiting_for_a_provider_that_was_asked_a_moment_ago()
    {
        await SpendSearchesAsync();
        var asked = _issuer.KeyRequests;
        await _issuer.SetModeAsync(ProviderMode.Hang);

        (await StatusAsync(InventedKey()).WaitAsync(TimeSpan.FromSeconds(4))).ShouldBe(401);
        _issuer.KeyRequests.ShouldBe(asked);
    }

    [Fact]
    public async Task Refresh_brings_a_new_key_although_an_invented_one_has_just_been_looked_for()
    {
        (await StatusAsync(InventedKey())).ShouldBe(401);
        _issuer.Keys = [_next.ToJwk()];

        (await _gateway.RefreshAsync("shop")).Issuer.KeyIds().ShouldBe(["rsa-2"]);

        (await StatusAsync(NewToken())).ShouldBe(200);
    }

    [Fact]
    public async Task Broken_issuer_leaves_the_other_as_it_was()
    {
        await using var other = await FakeIssuer.StartAsync();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination)
            .With(
                "Gateway:Issuers:other",
                $$"""{ "Issuer": "{{other.Issuer}}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }"""));
        var before = (await gateway.DescribeAsync("other"))!["loadedAt"]!.ToJsonString();
        await _issuer.SetModeAsync(ProviderMode.Hang);

        var refresh = gateway.RefreshAsync("shop");
        using var unknown =
            await gateway.GetAsync("/private/a", other.Token().WithHeader("kid", "invented").Build()).WaitAsync(TimeSpan.FromSeconds(4));
        using var known = await gateway.GetAsync("/private/a", other.Token().Build()).WaitAsync(TimeSpan.FromSeconds(4));
        (await refresh).Status.ShouldBe(503);

        ((int)unknown.StatusCode).ShouldBe(401);
        ((int)known.StatusCode).ShouldBe(200);
        other.KeyRequests.ShouldBe(2);
        var after = (await gateway.DescribeAsync("other"))!;
        after.LastError().ShouldBeNull();
        // The load for the unknown key was its own.
        after["loadedAt"]!.ToJsonString().ShouldNotBe(before);
    }

    private string NewToken() => new TokenBuilder(_next, _issuer.Issuer).Build();

    private async Task SpendSearchesAsync()
    {
        for (var i = 0; i <= SearchAllowance.Burst; i++)
        {
            (await StatusAsync(InventedKey())).ShouldBe(401);
        }
    }

    private string InventedKey() => _issuer.Token().WithHeader("kid", Guid.NewGuid().ToString()).Build();

    private async Task<int> StatusAsync(string token)
    {
        using var answer = await _gateway.GetAsync("/private/a", token);
        return (int)answer.StatusCode;
    }
}
