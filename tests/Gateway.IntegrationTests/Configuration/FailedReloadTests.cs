using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A change that cannot be applied leaves the objects in effect as they are: keys, verified tokens and counts.</summary>
public sealed class FailedReloadTests
{
    [Fact]
    public async Task Change_without_keys_disposes_nothing_that_is_in_effect_and_the_next_change_goes_on_with_it()
    {
        await using var parts = await MountedGateway.StartAsync(configuration => configuration
            .With("Gateway:RateLimits", """{ "one": { "Permits": 1, "Window": "01:00:00" } }""")
            .WithRoute("limited", "Anonymous", """{ "RateLimiterPolicy": "one" }"""));
        var follower = parts.Services.GetServices<IHostedService>().OfType<ConfigurationFollower>().Single();
        await follower.StopAsync(TestContext.Current.CancellationToken);
        var live = parts.Services.GetRequiredService<LiveGateway>();
        var before = live.Current;
        var token = parts.Issuer.Token().Build();
        (await parts.StatusAsync("/limited/x")).ShouldBe(200);
        var keys = parts.Configuration["Gateway"]!["Issuers"]!["shop"]!["Keys"]!.DeepClone();

        // Nothing listens there. The limit would have changed too.
        parts.Change(configuration => configuration
            .With("Gateway:Issuers:shop:Keys", new JsonObject { ["JwksUri"] = "http://127.0.0.1:9/keys" })
            .With("Gateway:RateLimits:one:Permits", JsonValue.Create(2)));
        await follower.LookAsync(TestContext.Current.CancellationToken);

        live.Current.ShouldBeSameAs(before);
        before.Issuers.Issuers[0].Keys.IsRetired.ShouldBeFalse();
        (await parts.StatusAsync("/private/x", token)).ShouldBe(200);
        (await parts.StatusAsync("/limited/x")).ShouldBe(429);

        parts.Change(configuration => configuration
            .With("Gateway:Issuers:shop:Keys", keys)
            .With("Gateway:RateLimits:one:Permits", JsonValue.Create(1))
            .WithRoute("new", "Anonymous"));
        await follower.LookAsync(TestContext.Current.CancellationToken);

        (await parts.StatusAsync("/new/x")).ShouldBe(200);
        live.Current.Issuers.Issuers[0].Keys.ShouldBeSameAs(before.Issuers.Issuers[0].Keys);
        live.Current.Authenticator.ShouldBeSameAs(before.Authenticator);
        (await parts.StatusAsync("/limited/x")).ShouldBe(429);
    }
}
