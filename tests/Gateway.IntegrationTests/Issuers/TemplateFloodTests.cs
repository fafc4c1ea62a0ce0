using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>However many realms a stranger invents, the provider has little to do and the real ones get in.</summary>
public sealed class TemplateFloodTests : RealmFamily
{
    private const string Any = """{ "Matches": "[a-z0-9-]+" }""";

    [Fact]
    public async Task Full_template_responds_503_to_one_more_issuer_and_serves_those_that_it_has()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        (await StatusAsync(gateway, Token("blue"))).ShouldBe(503);
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        Asked.ShouldAllBe(path => path.Contains("red", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Realm_that_nobody_proved_makes_room_and_one_in_use_does_not()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");
        (await StatusAsync(gateway, new TokenBuilder(Realms["blue"], Issuer("red"), Clock).Build())).ShouldBe(401);

        Clock.Advance(TimeSpan.FromSeconds(10));

        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
        Clock.Advance(TimeSpan.FromSeconds(10));
        (await StatusAsync(gateway, Token("red"))).ShouldBe(503);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Invented_realms_together_take_no_more_than_the_bound()
    {
        var release = new TaskCompletionSource();
        Held = release.Task;
        await using var gateway = await StartAsync("""{ "Matches": "[a-z0-9-]+", "MaxRings": 5 }""");

        var answers = Enumerable.Range(0, 100).Select(i => StatusAsync(gateway, Invented(i))).ToArray();

        await Eventually.TrueAsync(() => answers.Count(answer => answer.IsCompleted) == 95, "all others have been rejected");
        release.SetResult();
        (await Task.WhenAll(answers)).ShouldAllBe(status => status == 503);
        InventedAsked().Count().ShouldBe(5);
    }

    [Fact]
    public async Task Invented_issuers_of_a_template_cost_the_provider_little()
    {
        await using var gateway = await StartAsync(Any);
        var start = TimeProvider.System.GetTimestamp();

        for (var i = 0; i < 100; i++)
        {
            (await StatusAsync(gateway, Invented(i))).ShouldBe(503);
        }

        // One look at each of the two places for metadata, and no second one; ten at once, and ten a second from then on.
        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        var asked = InventedAsked().ToArray();
        asked.Length.ShouldBeInRange(1, 11 + (int)(10 * seconds));
        asked.ShouldAllBe(realm => realm.Count() <= 2);
    }

    [Fact]
    public async Task Realm_that_was_in_use_before_comes_back_at_once_while_invented_ones_are_named()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z0-9-]+", "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        Clock.Advance(TimeSpan.FromMinutes(11));
        await Eventually.TrueAsync(async () => await gateway.DescribeAsync("family:red") is null, "the idle realm has gone");
        await using var flood = new Flood(this, gateway);
        await flood.IsFullAsync();

        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
    }

    [Fact]
    public async Task Realm_whose_keys_are_kept_gets_in_at_once_after_a_restart_while_invented_ones_are_named()
    {
        var folder = Directory.CreateTempSubdirectory("keys-");
        try
        {
            void Keep(JsonObject configuration) =>
                configuration["Gateway"]!["Keys"] = new JsonObject { ["CacheDirectory"] = folder.FullName };
            await using (var before = await StartAsync(Any, Keep))
            {
                (await StatusAsync(before, Token("red"))).ShouldBe(200);
                await Eventually.TrueAsync(() => folder.GetFiles("*.json").Length == 1, "the keys are kept");
            }

            await using var gateway = await StartAsync(Any, Keep);
            await using var flood = new Flood(this, gateway);
            await flood.IsFullAsync();

            (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Realm_verified_on_one_replica_gets_in_at_once_on_another_while_invented_ones_are_named()
    {
        await using var redis = await RedisServer.StartAsync();
        void Share(JsonObject configuration) => configuration
            .With("Gateway:Revocation", $$"""{ "Store": "Redis", "Redis": { "Connection": "{{redis.Connection}}" } }""")
            .With("Gateway:Issuers:steady", $$"""
                { "Issuer": "https://steady.test", "Audiences": ["shop-api"], "Keys": { "JwksUri": "{{Provider.Address}}/realms/blue/keys" } }
                """);
        await using var first = await StartAsync(Any, Share);
        await using var second = await StartAsync(Any, Share);
        var loadedAt = await LoadedAtAsync();
        await using var flood = new Flood(this, second);
        await flood.IsFullAsync();

        (await StatusAsync(first, Token("red"))).ShouldBe(200);
        // News arrive in the order in which they were sent, so that the realm's have when these did.
        (await first.RefreshAsync("steady")).Status.ShouldBe(200);
        await Eventually.TrueAsync(async () => await LoadedAtAsync() != loadedAt, "the later news have arrived");

        (await StatusAsync(second, Token("red"))).ShouldBe(200);

        async Task<string> LoadedAtAsync() => (await second.DescribeAsync("steady"))!["loadedAt"]!.GetValue<string>();
    }

    [Fact]
    public async Task Listed_realm_gets_in_however_many_others_of_the_list_are_not_there()
    {
        var listed = string.Join(", ", Enumerable.Range(0, 30).Select(i => $"\"r-{i}\""));
        await using var gateway = await StartAsync($$"""{ "AnyOf": ["red", {{listed}}] }""");
        for (var i = 0; i < 30; i++)
        {
            (await StatusAsync(gateway, Invented(i))).ShouldBe(503);
        }

        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
    }

    /// <summary>A stranger who names another realm with each token, without a pause.</summary>
    private sealed class Flood : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _running;

        public Flood(TemplateFloodTests tests, TestGateway gateway) => _running = Task.Run(async () =>
        {
            for (var i = 0; !_end.IsCancellationRequested; i++)
            {
                await StatusAsync(gateway, tests.Invented(i));
                if (i == 40)
                {
                    _full.SetResult();
                }
            }
        });

        public Task IsFullAsync() => _full.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _running;
            _end.Dispose();
        }
    }
}
