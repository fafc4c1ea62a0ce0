using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A request that waits while its route is closed and its cluster leads elsewhere belongs to neither configuration.</summary>
public sealed class ReplacedDestinationTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("application/grpc-web")]
    public async Task Request_that_waited_through_a_change_does_not_reach_the_new_destination_under_the_old_policy(string? contentType)
    {
        await using var inner = await RecordingDestination.StartAsync();
        await using var parts = await MountedGateway.StartAsync(configuration =>
        {
            configuration["Gateway"]!["RateLimits"] = new JsonObject
            {
                ["one"] = new JsonObject { ["Kind"] = "Concurrency", ["Permits"] = 1, ["Queue"] = 1 },
            };
            configuration["ReverseProxy"]!["Routes"]!["public"]!["RateLimiterPolicy"] = "one";
        });
        using var hold = new SemaphoreSlim(0);
        parts.Destination.Handler = _ => hold.WaitAsync(TestContext.Current.CancellationToken);
        var first = parts.StatusAsync("/public/first");
        await Eventually.TrueAsync(
            () => parts.Destination.Received.Any(request => request.Target.EndsWith("/first", StringComparison.Ordinal)),
            "the first is under way");
        // One place in the queue: when one of two is turned away, the other stands in it.
        Task<int>[] both = [SecondAsync(parts, contentType), SecondAsync(parts, contentType)];
        var rejected = await Task.WhenAny(both);
        (await rejected).ShouldBe(429);
        var waiting = both.Single(task => task != rejected);
        var follower = parts.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<ConfigurationFollower>().Single();
        await follower.StopAsync(TestContext.Current.CancellationToken);

        parts.Change(configuration =>
        {
            configuration["ReverseProxy"]!["Routes"]!["public"]!["AuthorizationPolicy"] = "Authenticated";
            configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"] = inner.Address;
        });
        await follower.LookAsync(TestContext.Current.CancellationToken);
        hold.Release(2);

        await first;
        (await waiting).ShouldBe(503);
        inner.Received.ShouldBeEmpty();
        (await parts.StatusAsync("/public/third")).ShouldBe(401);
    }

    /// <summary>The status, or the one that a status of gRPC stands for.</summary>
    private static async Task<int> SecondAsync(MountedGateway parts, string? contentType)
    {
        if (contentType is null)
        {
            return await parts.StatusAsync("/public/second");
        }

        using var content = new ByteArrayContent([]);
        content.Headers.ContentType = new(contentType);
        using var response = await parts.Client.PostAsync("/public/second", content);
        return response.Headers.NonValidated["grpc-status"].ToString() switch { "8" => 429, "14" => 503, _ => 0 };
    }
}
