using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Benchmarks.Servers;

/// <summary>YARP as it comes, with one route for everything and no authentication: what the others' price is counted from.</summary>
internal static class YarpServer
{
    public static WebApplication Build(ServerSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ComparedServers.CreateBuilder(settings);
        AddProxy(builder, settings, policy: null);
        configure?.Invoke(builder);
        var app = builder.Build();
        if (settings.SpinNanoseconds > 0)
        {
            app.Use((context, next) =>
            {
                BusyWait(settings.SpinNanoseconds);
                return next(context);
            });
        }

        app.UseRouting();
        app.MapReverseProxy();
        return app;
    }

    private static void BusyWait(int nanoseconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalNanoseconds < nanoseconds)
        {
            // Nothing: the processor's time is what this costs.
        }
    }

    public static void AddProxy(WebApplicationBuilder builder, ServerSettings settings, string? policy)
    {
        builder.Services.AddRouting();
        var destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = settings.Destination } };
        var route = new RouteConfig
        {
            RouteId = "all",
            ClusterId = "all",
            AuthorizationPolicy = policy,
            Match = new RouteMatch { Path = "/{**rest}" },
        };
        builder.Services.AddReverseProxy().LoadFromMemory(
            [route], [new ClusterConfig { ClusterId = "all", Destinations = destinations }]);
    }
}
