using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Servers;

/// <summary>Serves the runtime's counters of this process on a port of its own; the gateway has /metrics for that.</summary>
internal static class StatsServer
{
    public static WebApplication Build(ServerSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, new Uri(settings.StatsUrl).Port));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(new JsonObject
        {
            ["allocated"] = GC.GetTotalAllocatedBytes(precise: true),
            ["gen0"] = GC.CollectionCount(0),
            ["gen1"] = GC.CollectionCount(1),
            ["gen2"] = GC.CollectionCount(2),
            ["pauseSeconds"] = GC.GetTotalPauseDuration().TotalSeconds,
            ["contentions"] = Monitor.LockContentionCount,
            ["queue"] = ThreadPool.PendingWorkItemCount,
            ["threads"] = ThreadPool.ThreadCount,
            ["timers"] = Timer.ActiveCount,
            ["heap"] = GC.GetTotalMemory(forceFullCollection: false),
            ["serverGc"] = System.Runtime.GCSettings.IsServerGC,
        }.ToJsonString()));
        return app;
    }
}
