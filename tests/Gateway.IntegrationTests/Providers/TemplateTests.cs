using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Administration;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Providers;

/// <summary>A family of realms under one entry: each has keys of its own, and whoever writes tokens cannot send us anywhere.</summary>
public sealed class TemplateTests : IAsyncLifetime
{
    private readonly Dictionary<string, SigningKey> _realms = new() { ["red"] = SigningKey.Rsa("key-of-red"), ["blue"] = SigningKey.Rsa("key-of-blue") };
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ShiftedClock _clock = new();
    private Task _held = Task.CompletedTask;
    private LoopbackServer _provider = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        _provider = await LoopbackServer.StartAsync(AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _destination.DisposeAsync();
        foreach (var key in _realms.Values)
        {
            key.Dispose();
        }
    }

    [Fact]
    public async Task Realm_is_discovered_with_its_first_token_and_has_keys_of_its_own()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+" }""");
        _asked.ShouldBeEmpty();

        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);

        (await gateway.DescribeAsync("family:red"))!.KeyIds().ShouldBe(["key-of-red"]);
        (await gateway.DescribeAsync("family:blue"))!["issuer"]!.GetValue<string>().ShouldBe(Issuer("blue"));
        (await StatusAsync(gateway, new TokenBuilder(_realms["blue"], Issuer("red")).Build())).ShouldBe(401);
    }

    [Fact]
    public async Task Realm_can_be_refreshed_and_its_key_forgotten_by_its_own_name()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"] }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        (await gateway.RefreshAsync("family:red")).Status.ShouldBe(200);
        (await gateway.ForgetKeyAsync("family:red", "key-of-red")).Issuer.KeyIds().ShouldBeEmpty();

        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Value_is_a_claim_for_policies_and_identity_headers()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"] }""", configuration => configuration
            .WithPolicy("reds", """{ "Claims": [{ "Path": "$realm", "AnyOf": ["red"] }] }""")
            .With("Gateway:Identity:Headers", """{ "X-Auth-Realm": "$realm" }"""));

        (await StatusAsync(gateway, Token("red"), "/reds/a")).ShouldBe(200);
        _destination.Last.Header("X-Auth-Realm").ShouldBe("red");
        // What the token says about itself is not what it is read from.
        (await StatusAsync(gateway, new TokenBuilder(_realms["blue"], Issuer("blue")).With("$realm", "red").With("realm", "red").Build(), "/reds/a")).ShouldBe(403);
        (await StatusAsync(gateway, new TokenBuilder(_realms["blue"], Issuer("blue")).With("$realm", "red").Build())).ShouldBe(200);
        _destination.Last.Header("X-Auth-Realm").ShouldBe("blue");
    }

    [Fact]
    public async Task Keys_address_may_hold_the_placeholder()
    {
        await using var gateway = await StartAsync(
            """{ "AnyOf": ["red", "blue"] }""",
            configuration => configuration.With("Gateway:Issuers:family:Keys", $$"""{ "JwksUri": "{{_provider.Address}}/realms/{realm}/keys" }"""));

        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);

        _asked.Distinct().ShouldBe(["/realms/blue/keys"]);
    }

    [Theory]
    [InlineData("""{ "AnyOf": ["red"] }""", "blue")]
    [InlineData("""{ "AnyOf": ["red"] }""", "RED")]
    [InlineData("""{ "Matches": "r[a-z]*" }""", "blue")]
    [InlineData("""{ "Matches": "r[a-z]*" }""", "xred")]
    [InlineData("""{ "Matches": "red|green" }""", "redx")]
    public async Task Value_that_is_not_allowed_is_an_unknown_issuer_and_nobody_is_asked(string template, string realm)
    {
        await using var gateway = await StartAsync(template);

        await ShouldBeUnknownAsync(gateway, Issuer(realm));
    }

    public static TheoryData<string> Hostile =>
        ["..", ".", "a/b", "../a", "a%2fb", "%2e%2e", "a?x", "a#x", "a@b", "a:80", "", " ", "a b", "a\\b", "a\nb", "ä", "{realm}", ".a", new string('a', 200)];

    // With the widest pattern there is, so that only the syntax of a value stands in the way.
    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Value_that_could_step_out_of_its_place_never_makes_a_request(string realm)
    {
        await using var gateway = await StartAsync("""{ "Matches": "(?s).*" }""");

        await ShouldBeUnknownAsync(gateway, Issuer(realm));
    }

    [Fact]
    public async Task Full_family_answers_503_for_one_more_and_goes_on_for_those_it_has()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        (await StatusAsync(gateway, Token("blue"))).ShouldBe(503);
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        _asked.ShouldAllBe(path => path.Contains("red", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Idle_realm_makes_room()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1, "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        _clock.Advance(TimeSpan.FromMinutes(11));

        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the idle realm has gone");
        (await gateway.DescribeAsync("family:red")).ShouldBeNull();
    }

    [Fact]
    public async Task Realm_that_tokens_name_and_none_proves_is_idle()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1, "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);

        _clock.Advance(TimeSpan.FromMinutes(6));
        (await StatusAsync(gateway, new TokenBuilder(_realms["blue"], Issuer("red"), _clock).Build())).ShouldBe(401);
        _clock.Advance(TimeSpan.FromMinutes(6));

        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the idle realm has gone");
    }

    [Fact]
    public async Task Realm_that_nobody_proved_makes_room_and_one_in_use_does_not()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");
        (await StatusAsync(gateway, new TokenBuilder(_realms["blue"], Issuer("red"), _clock).Build())).ShouldBe(401);

        _clock.Advance(TimeSpan.FromSeconds(10));

        // The revocation list is too old for a moment, after each leap.
        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the place is given up");
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(async () => await StatusAsync(gateway, Token("blue")) == 200, "the place is kept");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(503);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Realm_that_the_provider_does_not_know_is_503_and_keeps_no_place()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z]+", "MaxRings": 1 }""");

        (await StatusAsync(gateway, new TokenBuilder(_realms["red"], Issuer("nowhere")).Build())).ShouldBe(503);
        (await StatusAsync(gateway, Token("blue"))).ShouldBe(200);
    }

    [Fact]
    public async Task Invented_realms_together_take_no_more_than_the_bound()
    {
        var release = new TaskCompletionSource();
        _held = release.Task;
        await using var gateway = await StartAsync("""{ "Matches": "[a-z0-9-]+", "MaxRings": 5 }""");

        var answers = Enumerable.Range(0, 100).Select(i => StatusAsync(gateway, Invented(i))).ToArray();

        await Eventually.TrueAsync(() => answers.Count(answer => answer.IsCompleted) == 95, "all others have been refused");
        release.SetResult();
        (await Task.WhenAll(answers)).ShouldAllBe(status => status == 503);
        InventedAsked().Count().ShouldBe(5);
    }

    [Fact]
    public async Task Made_up_members_of_a_family_cost_the_provider_little()
    {
        await using var gateway = await StartAsync("""{ "Matches": "[a-z0-9-]+" }""");
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
        _clock.Advance(TimeSpan.FromMinutes(11));
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
            void Keep(JsonObject configuration) => configuration["Gateway"]!["Keys"] = new JsonObject { ["CacheDirectory"] = folder.FullName };
            await using (var before = await StartAsync("""{ "Matches": "[a-z0-9-]+" }""", Keep))
            {
                (await StatusAsync(before, Token("red"))).ShouldBe(200);
                await Eventually.TrueAsync(() => folder.GetFiles("*.json").Length == 1, "the keys are kept");
            }

            await using var gateway = await StartAsync("""{ "Matches": "[a-z0-9-]+" }""", Keep);
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

    [Fact]
    public async Task Forgotten_key_of_a_member_stays_forgotten_when_the_member_comes_back()
    {
        await using var gateway = await StartAsync("""{ "AnyOf": ["red", "blue"], "IdleAfter": "00:10:00" }""");
        (await StatusAsync(gateway, Token("red"))).ShouldBe(200);
        await gateway.ForgetKeyAsync("family:red", "key-of-red");
        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);

        _clock.Advance(TimeSpan.FromMinutes(11));
        await Eventually.TrueAsync(async () => await gateway.DescribeAsync("family:red") is null, "the idle member has gone");

        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
        (await StatusAsync(gateway, Token("red"))).ShouldNotBe(200);
    }

    private string Issuer(string realm) => $"{_provider.Address}/realms/{realm}";

    private string Token(string realm) => new TokenBuilder(_realms[realm], Issuer(realm), _clock).Build();

    private string Invented(int number) => new TokenBuilder(_realms["red"], Issuer($"r-{number}"), _clock).Build();

    private IEnumerable<IGrouping<string, string>> InventedAsked() =>
        _asked.Where(path => path.Contains("r-", StringComparison.Ordinal)).GroupBy(path => path.Split("r-")[^1].Split('/')[0]);

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _asked.Enqueue(path);
        await _held;
        foreach (var (realm, key) in _realms)
        {
            if (path == $"/realms/{realm}/.well-known/openid-configuration")
            {
                await context.Response.WriteAsync(
                    new JsonObject { ["issuer"] = Issuer(realm), ["jwks_uri"] = $"{Issuer(realm)}/keys" }.ToJsonString());
                return;
            }

            if (path == $"/realms/{realm}/keys")
            {
                await context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString());
                return;
            }
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private Task<TestGateway> StartAsync(string template, Action<JsonObject>? edit = null)
    {
        var configuration = TestGateway.Configuration(_destination).With(
            "Gateway:Issuers:family",
            $$"""{ "Issuer": "{{_provider.Address}}/realms/{realm}", "Audiences": ["shop-api"], "Keys": { "Discovery": true } }""")
            .With("Gateway:Issuers:family:Template", template);
        edit?.Invoke(configuration);
        return TestGateway.StartAsync(configuration, _clock);
    }

    private async Task ShouldBeUnknownAsync(TestGateway gateway, string issuer)
    {
        using var answer = await gateway.GetAsync("/private/a", new TokenBuilder(_realms["red"], issuer).Build());

        (await answer.ShouldBeProblemAsync(401))["reason"]!.GetValue<string>().ShouldBe("unknown_issuer");
        _asked.ShouldBeEmpty();
    }

    private static async Task<int> StatusAsync(TestGateway gateway, string token, string path = "/private/a")
    {
        using var answer = await gateway.GetAsync(path, token);
        return (int)answer.StatusCode;
    }

    /// <summary>A stranger who names another realm with each token, without a pause.</summary>
    private sealed class Flood : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _running;

        public Flood(TemplateTests tests, TestGateway gateway) => _running = Task.Run(async () =>
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
