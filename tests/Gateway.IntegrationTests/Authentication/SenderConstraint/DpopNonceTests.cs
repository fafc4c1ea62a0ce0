using System.Net;
using System.Text.Json.Nodes;
using Gateway.Authentication.SenderConstraint;
using Gateway.IntegrationTests.Redis;
using Gateway.Redis;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Nonces of the gateway (RFC 9449 section 9), and proofs of several replicas.</summary>
public sealed class DpopNonceTests
{
    private static void WithNonces(JsonObject configuration) => configuration.With("Gateway:Dpop", """{ "Nonce": true }""");

    [Fact]
    public async Task Client_gets_a_nonce_with_the_rejection_and_with_every_response_and_the_destinations_is_overwritten()
    {
        await using var parts = await StandardGateway.StartAsync(WithNonces);
        parts.Destination.Handler = context =>
        {
            context.Response.Headers["DPoP-Nonce"] = "of-the-destination";
            return Task.CompletedTask;
        };
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(parts.Issuer, key);

        using var first = await SendAsync(parts.Gateway, key, token, null);
        await first.ShouldBeProblemAsync(401);
        first.Raw("WWW-Authenticate").ShouldBe("DPoP algs=\"ES256 RS256 PS256 Ed25519 EdDSA\", error=\"use_dpop_nonce\"");
        var nonce = first.Raw("DPoP-Nonce").ShouldNotBeNull();

        using var second = await SendAsync(parts.Gateway, key, token, nonce);
        using var wrong = await SendAsync(parts.Gateway, key, token, "AAAA");

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.Raw("DPoP-Nonce").ShouldNotBeNull().ShouldNotContain("destination");
        wrong.Raw("WWW-Authenticate").ShouldNotBeNull().ShouldContain("use_dpop_nonce");
        parts.Destination.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Bearer_client_sees_no_nonce()
    {
        await using var parts = await StandardGateway.StartAsync(WithNonces);

        using var response = await parts.Gateway.GetAsync("/private/orders", parts.Issuer.Token().Build());

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("DPoP-Nonce").ShouldBeNull();
    }

    [Fact]
    public async Task Nonce_of_one_replica_is_good_at_another_and_a_proof_passes_at_one_of_them()
    {
        await using var all = await RedisGateways.StartAsync(2, configuration => configuration
            .With("Gateway:Dpop", """{ "Nonce": true }""")
            .With("Gateway:TrustedProxies", """["127.0.0.1"]""").With("Gateway:TrustForwardedHost", "true"));
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(all.Issuer, key);
        using var first = await SendAsync(all[0], key, token, null, "api.example.com");
        var nonce = first.Raw("DPoP-Nonce").ShouldNotBeNull();
        var proof = ProofOf(key, token, nonce, "http://api.example.com/private/orders");

        (await StatusAsync(all[1], token, proof)).ShouldBe(200);
        (await StatusAsync(all[0], token, proof)).ShouldBe(401);
        (await StatusAsync(all[1], token, proof)).ShouldBe(401);

        (await StatusAsync(all[0], token, ProofOf(key, token, nonce, "http://api.example.com/private/orders"))).ShouldBe(200);
        (await all.Redis.CommandAsync("KEYS", "gateway:dpop:*")).Split('\n').Length.ShouldBe(3, "two proofs and the key of the nonces");
        var kept = (
            await all.Redis.CommandAsync(
                "EVAL", "local t={} for _,k in ipairs(redis.call('KEYS','gateway:dpop:*')) do t[#t+1]=redis.call('TTL',k) end return t",
                "0"))
            .Split('\n').Select(line => int.Parse(line.Trim(), System.Globalization.CultureInfo.InvariantCulture)).Order().ToArray();
        kept[..2].ShouldAllBe(seconds => seconds > 30 && seconds <= 152);
        kept[2].ShouldBeInRange(80_000, 86_400, "the key of the nonces is replaced after a day");
    }

    [Fact]
    public async Task Key_of_the_nonces_that_is_gone_is_replaced_by_a_new_one_and_nonces_of_the_previous_one_pass_meanwhile()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var redis = all[0].Services.GetRequiredService<RedisConnection>();
        var clock = new ManualClock();
        var (one, other) = (new ProofNonces(clock, redis), new ProofNonces(clock, redis));
        var nonce = await one.CurrentAsync();
        other.IsCurrent(nonce).ShouldBeFalse("it has not read the key yet");
        await other.CurrentAsync();
        other.IsCurrent(nonce).ShouldBeTrue();

        await all.Redis.CommandAsync("DEL", "gateway:dpop:nonce-key");
        clock.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(one.CurrentAsync().AsTask(), other.CurrentAsync().AsTask());
        await Eventually.TrueAsync(
            async () => await all.Redis.CommandAsync("EXISTS", "gateway:dpop:nonce-key") == "1", "a replica stores a new key");

        var fresh = new ProofNonces(clock, redis);
        await fresh.CurrentAsync();
        fresh.IsCurrent(nonce).ShouldBeFalse("the key is a new one");
        foreach (var replica in new[] { one, other })
        {
            await Eventually.TrueAsync(async () => fresh.IsCurrent(await replica.CurrentAsync()), "the replica uses the new key");
            replica.IsCurrent(nonce).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_redis_is_away_requests_pass_and_each_replica_remembers_its_own_proofs(bool isSilent)
    {
        await using var all = await RedisGateways.StartAsync(1, configuration => configuration
            .With("Gateway:Policies:keep", """{ "OnRevocationUnavailable": "Allow" }""")
            .With("ReverseProxy:Routes:private:AuthorizationPolicy", "\"keep\""));
        using var key = SigningKey.Ec();
        var token = DpopGateway.Bound(all.Issuer, key);
        var target = $"{all[0].Address}/private/orders";
        var before = ProofOf(key, token, null, target);
        (await StatusAsync(all[0], token, before)).ShouldBe(200);

        await (isSilent ? all.Redis.HangAsync() : all.Redis.KillAsync());
        try
        {
            for (var i = 0; i < 3; i++)
            {
                var proof = ProofOf(key, token, null, target);
                (await StatusAsync(all[0], token, proof)).ShouldBe(200);
                (await StatusAsync(all[0], token, proof)).ShouldBe(401);
            }

            (await StatusAsync(all[0], token, before)).ShouldBe(401);
        }
        finally
        {
            await (isSilent ? all.Redis.ContinueAsync() : Task.CompletedTask);
        }
    }

    private static string ProofOf(SigningKey key, string token, string? nonce, string target)
    {
        var proof = new ProofBuilder(key).For(HttpMethod.Get, target, token);
        return (nonce is null ? proof : proof.With("nonce", nonce)).Build();
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestGateway gateway, SigningKey key, string token, string? nonce, string? host = null)
    {
        var target = host is null ? gateway.Address : $"http://{host}";
        using var request =
            ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, ProofOf(key, token, nonce, $"{target}/private/orders"));
        if (host is not null)
        {
            Forward(request, host);
        }

        return await gateway.Client.SendAsync(request);
    }

    private static async Task<int> StatusAsync(TestGateway gateway, string token, string proof)
    {
        using var request = ProofBuilder.Request(HttpMethod.Get, "/private/orders", token, proof);
        Forward(request, "api.example.com");
        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static void Forward(HttpRequestMessage request, string host)
    {
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Host", host);
    }
}
