using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.Benchmarks.Servers;

/// <summary>The identity provider as far as a resource server asks it: metadata and keys over HTTP.</summary>
internal static class ProviderServer
{
    public static WebApplication Build(ServerSettings settings)
    {
        var metadata = new JsonObject { ["issuer"] = ComparedKeys.Issuer, ["jwks_uri"] = $"{settings.Url}/keys" }.ToJsonString();
        var keys = File.ReadAllText(ComparedKeys.KeySet(settings.KeyFolder));
        var app = ComparedServers.CreateBuilder(settings).Build();
        app.Run(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(context.Request.Path == "/keys" ? keys : metadata);
        });
        return app;
    }
}
