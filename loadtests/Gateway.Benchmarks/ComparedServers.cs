using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Benchmarks;

/// <summary>The servers that are measured beside each other: the destination, bare YARP, YARP with stock JwtBearer, and the gateway.</summary>
internal static class ComparedServers
{
    private const string Issuer = "https://idp.bench.test";
    private const string Audience = "shop-api";

    // The processes of one run share this key through the working folder, so that any of them can be started first.
    private static readonly string KeyFile = Path.Combine(AppContext.BaseDirectory, "bench-key.pem");

    public static Task<WebApplication> BuildAsync(string name, string url, string? destination) => name switch
    {
        "destination" => Task.FromResult(BuildDestination(url)),
        "bare" => Task.FromResult(BuildYarp(url, destination!, isProtected: false)),
        "stock" => Task.FromResult(BuildYarp(url, destination!, isProtected: true)),
        "gateway" => BuildGatewayAsync(url, destination!),
        _ => throw new ArgumentException("Known servers: destination, bare, stock, gateway.", nameof(name)),
    };

    /// <summary>A token that every protected server accepts for a day.</summary>
    public static string CreateToken()
    {
        using var key = SigningKey.FromFile(KeyFile);
        var token = new TokenBuilder(key, Issuer);
        return token.With("exp", token.Claims["iat"]!.GetValue<long>() + 80_000).With("roles", new JsonArray("ops", "admin")).Build();
    }

    private static WebApplication BuildDestination(string url)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentLength = 2;
            return context.Response.WriteAsync("ok");
        });
        return app;
    }

    private static WebApplication BuildYarp(string url, string destination, bool isProtected)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Services.AddRouting();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "one", AuthorizationPolicy = isProtected ? "Default" : null, Match = new RouteMatch { Path = "/{**rest}" } }],
            [new ClusterConfig { ClusterId = "one", Destinations = new Dictionary<string, DestinationConfig> { ["d"] = new() { Address = destination } } }]);
        if (isProtected)
        {
            using var key = SigningKey.FromFile(KeyFile);
            var keys = new JsonWebKeySet(new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString());
            builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(bearer =>
            {
                bearer.MapInboundClaims = false;
                bearer.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = Issuer,
                    ValidAudience = Audience,
                    IssuerSigningKeys = keys.GetSigningKeys(),
                };
            });
            builder.Services.AddAuthorization();
        }

        var app = builder.Build();
        app.UseRouting();
        if (isProtected)
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }

        app.MapReverseProxy();
        return app;
    }

    private static async Task<WebApplication> BuildGatewayAsync(string url, string destination)
    {
        using var key = SigningKey.FromFile(KeyFile);
        var folder = Directory.CreateTempSubdirectory("gateway-bench-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "keys.json"), new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString());
        var file = Path.Combine(folder, "yarp.json");
        await File.WriteAllTextAsync(file, Configuration(destination).ToJsonString());
        return await GatewayApp.BuildAsync(new GatewayAppOptions
        {
            ConfigFile = file,
            Environment = "Production",
            Settings = new Dictionary<string, string?> { ["urls"] = url, ["Gateway:Management:Port"] = "0", ["Logging:LogLevel:Default"] = "Warning" },
        });
    }

    private static JsonObject Configuration(string destination) => new()
    {
        ["Gateway"] = new JsonObject
        {
            ["Issuers"] = new JsonObject
            {
                ["bench"] = new JsonObject
                {
                    ["Issuer"] = Issuer,
                    ["Audiences"] = new JsonArray(Audience),
                    ["Keys"] = new JsonObject { ["JwksFile"] = "keys.json" },
                },
            },
            ["Policies"] = new JsonObject { ["read"] = new JsonObject { ["Scopes"] = new JsonObject { ["All"] = new JsonArray("orders:read") } } },
            ["Revocation"] = new JsonObject { ["Store"] = "Memory" },
        },
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["all"] = new JsonObject
                {
                    ["ClusterId"] = "one",
                    ["AuthorizationPolicy"] = "read",
                    ["Match"] = new JsonObject { ["Path"] = "/{**rest}" },
                },
            },
            ["Clusters"] = new JsonObject
            {
                ["one"] = new JsonObject { ["Destinations"] = new JsonObject { ["d"] = new JsonObject { ["Address"] = destination } } },
            },
        },
    };
}
