using System.Net;
using System.Text.Json.Nodes;
using Gateway.Issuers;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Redis;

/// <summary>Replicas with one Redis ask a provider once between them, and forget keys together.</summary>
public sealed class SharedKeysTests
{
    private static readonly TimeSpan Promptly = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Two_replicas_fetch_once_between_them()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await Task.WhenAll(all.AddAsync(), all.AddAsync());

        foreach (var gateway in new[] { all[0], all[1] })
        {
            (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
        }

        all.Issuer.KeyRequests.ShouldBe(1);
    }

    [Fact]
    public async Task Replica_that_starts_while_the_provider_is_down_takes_the_keys_of_another()
    {
        await using var all = await RedisGateways.StartAsync(1);
        await Eventually.TrueAsync(async () => await all.Redis.CommandAsync("EXISTS", "gateway:keys:shop") == "1", "the keys are shared");
        all.Issuer.MetadataHandler = Fail;
        all.Issuer.KeysHandler = Fail;

        var late = await all.AddAsync();

        (await RedisGateways.StatusAsync(late, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Key_found_by_one_replica_is_known_to_the_other()
    {
        await using var all = await RedisGateways.StartAsync(2);
        using var rotated = SigningKey.Rsa("rotated");
        all.Issuer.Keys = [rotated.ToJwk()];
        var token = new TokenBuilder(rotated, all.Issuer.Issuer).Build();
        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.OK);
        var requests = all.Issuer.KeyRequests;

        await Eventually.TrueAsync(
            () => KeysOf(all[1]).Current.Keys.Any(key => key.KeyId == rotated.KeyId), "the other replica has the key");

        (await RedisGateways.StatusAsync(all[1], token)).ShouldBe(HttpStatusCode.OK);
        all.Issuer.KeyRequests.ShouldBe(requests);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{}")]
    [InlineData("""{"issuer":"shop","source":"x","fetchedAt":1,"lifetime":0,"sha256":"00","document":"e30="}""")]
    public async Task Damaged_shared_document_is_ignored(string document)
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync("SET", "gateway:keys:shop", document);
        await all.Redis.CommandAsync("SET", "gateway:keys:shop:claim", "somebody", "PX", "60000");

        var gateway = await all.AddAsync();

        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.OK);
        gateway.Logs.Lines.Count(line => line.Contains("shared keys", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Replicas_fetch_for_themselves_without_redis()
    {
        await using var all = await RedisGateways.StartAsync(0, configuration =>
            configuration["ReverseProxy"]!["Routes"]!["private"]!["AuthorizationPolicy"] = "lenient");
        all.Configure += configuration =>
            configuration["Gateway"]!["Policies"]!["lenient"] = new JsonObject { ["OnRevocationUnavailable"] = "Allow" };
        await all.Redis.KillAsync();

        var gateway = await all.AddAsync(waitUntilReady: false);

        await RedisGateways.UntilAsync(gateway, all.Issuer.Token().Build(), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Replicas_that_do_not_share_fetch_for_themselves()
    {
        await using var all =
            await RedisGateways.StartAsync(2, configuration => configuration["Gateway"]!["Keys"] = new JsonObject { ["Share"] = false });

        all.Issuer.KeyRequests.ShouldBe(2);
        (await all.Redis.CommandAsync("KEYS", "*keys*")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Key_forgotten_on_one_replica_verifies_nothing_on_any()
    {
        await using var all = await RedisGateways.StartAsync(2);
        var token = all.Issuer.Token().Build();
        (await RedisGateways.StatusAsync(all[1], token)).ShouldBe(HttpStatusCode.OK);

        await using var delay = new SchedulingDelay();
        (await ForgetAsync(all[0], all.Issuer.Rsa.KeyId)).ShouldBeTrue();

        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.Unauthorized);
        var took = await RedisGateways.UntilAsync(all[1], token, HttpStatusCode.Unauthorized);
        took.ShouldBeLessThan(delay.Allow(Promptly));
        (await RedisGateways.StatusAsync(all[1], all.Issuer.Token(algorithm: "ES256").Build())).ShouldBe(HttpStatusCode.OK);

        // Also on a replica that starts later.
        var late = await all.AddAsync();
        (await RedisGateways.StatusAsync(late, token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Forgetting_without_redis_is_in_force_here_and_says_so()
    {
        await using var all = await RedisGateways.StartAsync(1);
        var token = all.Issuer.Token().Build();
        await all.Redis.KillAsync();

        (await ForgetAsync(all[0], all.Issuer.Rsa.KeyId)).ShouldBeFalse();

        (await RedisGateways.StatusAsync(all[0], token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_stays_forgotten_when_its_issuer_is_renamed()
    {
        await using var all = await RedisGateways.StartAsync(1);
        (await ForgetAsync(all[0], all.Issuer.Rsa.KeyId)).ShouldBeTrue();
        all.Configure += configuration =>
        {
            var issuers = configuration["Gateway"]!["Issuers"]!.AsObject();
            issuers["Store"] = issuers["shop"]!.DeepClone();
            issuers.Remove("shop");
        };

        var renamed = await all.AddAsync();

        KeysOf(renamed).Issuer.ShouldBe("Store");
        (await RedisGateways.StatusAsync(renamed, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedisGateways.StatusAsync(renamed, all.Issuer.Token(algorithm: "ES256").Build())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Key_forgotten_under_the_issuers_name_stays_forgotten()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync("SADD", "gateway:keys:shop:forgotten", all.Issuer.Rsa.KeyId);

        var gateway = await all.AddAsync();

        (await RedisGateways.StatusAsync(gateway, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nothing_is_admitted_until_it_is_known_which_keys_are_forgotten()
    {
        await using var all = await RedisGateways.StartAsync(0);
        await all.Redis.CommandAsync("SADD", ForgottenOf(all), all.Issuer.Rsa.KeyId);
        // Redis answers everything else, the revocations included.
        await all.Redis.CommandAsync("SET", "gateway:keys:shop:forgotten", "no set");
        var (forgotten, good) = (all.Issuer.Token().Build(), all.Issuer.Token(algorithm: "ES256").Build());

        var gateway = await all.AddAsync();

        (await RedisGateways.StatusAsync(gateway, forgotten)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await RedisGateways.StatusAsync(gateway, good)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await all.Redis.CommandAsync("DEL", "gateway:keys:shop:forgotten");
        await RedisGateways.UntilAsync(gateway, good, HttpStatusCode.OK);
        (await RedisGateways.StatusAsync(gateway, forgotten)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Emptied_redis_is_told_again_which_keys_are_forgotten()
    {
        await using var all = await RedisGateways.StartAsync(1);
        (await ForgetAsync(all[0], all.Issuer.Rsa.KeyId)).ShouldBeTrue();
        await all.Redis.CommandAsync("FLUSHALL");

        await Eventually.TrueAsync(
            async () => await all.Redis.CommandAsync("SISMEMBER", ForgottenOf(all), all.Issuer.Rsa.KeyId) == "1",
            "the key is in the set again");

        var late = await all.AddAsync();
        (await RedisGateways.StatusAsync(late, all.Issuer.Token().Build())).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static string ForgottenOf(RedisGateways all) => $"gateway:keys:{all.Issuer.Issuer}:forgotten";

    private static Task<bool> ForgetAsync(TestGateway gateway, string keyId) =>
        gateway.Services.GetRequiredService<ForgottenKeyList>().ForgetAsync(KeysOf(gateway), keyId, CancellationToken.None);

    private static IssuerKeys KeysOf(TestGateway gateway) =>
        gateway.Services.GetRequiredService<LiveIssuers>().Current.Issuers.Single().Keys;

    private static Task Fail(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return Task.CompletedTask;
    }
}
