using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Servers;

/// <summary>Answers everything with two bytes, and shows the identity headers to who asks for them.</summary>
internal static class DestinationServer
{
    public static WebApplication Build(ServerSettings settings)
    {
        var app = ComparedServers.CreateBuilder(settings).Build();
        app.Run(context =>
        {
            if (context.Request.Path.Value!.EndsWith("/headers", StringComparison.Ordinal))
            {
                return context.Response.WriteAsync(
                    string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")));
            }

            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        return app;
    }
}
