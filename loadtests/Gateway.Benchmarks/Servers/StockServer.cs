using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using StackExchange.Redis;

namespace Gateway.Benchmarks.Servers;

/// <summary>
/// YARP with the JwtBearer handler as its documentation has it: keys from the provider, and, with a Redis server, one EXISTS a request.
/// </summary>
internal static class StockServer
{
    public static WebApplication Build(ServerSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        var database = settings.Redis.Length == 0 ? null : ConnectionMultiplexer.Connect(settings.Redis).GetDatabase();
        return Build(settings, bearer =>
        {
            if (database is not null)
            {
                bearer.Events = new JwtBearerEvents { OnTokenValidated = context => CheckAsync(context, database) };
            }
        }, configure);
    }

    /// <param name="extend">Adds to the handler's options.</param>
    public static WebApplication Build(
        ServerSettings settings, Action<JwtBearerOptions> extend, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ComparedServers.CreateBuilder(settings);
        YarpServer.AddProxy(builder, settings, policy: "read");
        AddBearer(builder, settings, extend);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapReverseProxy();
        return app;
    }

    /// <summary>The same checks without a proxy: an endpoint that other proxies ask.</summary>
    public static WebApplication BuildAuthorizer(ServerSettings settings)
    {
        var builder = ComparedServers.CreateBuilder(settings);
        builder.Services.AddRouting();
        AddBearer(builder, settings, _ => { });
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/authorize", () => Results.Ok()).RequireAuthorization("read");
        return app;
    }

    private static void AddBearer(WebApplicationBuilder builder, ServerSettings settings, Action<JwtBearerOptions> extend)
    {
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(bearer =>
        {
            bearer.MetadataAddress = $"{settings.Provider}/.well-known/openid-configuration";
            bearer.RequireHttpsMetadata = false;
            bearer.MapInboundClaims = false;
            bearer.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = ComparedKeys.Issuer,
                ValidAudience = ComparedKeys.Audience,
            };
            extend(bearer);
        });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("read", policy => policy.RequireAuthenticatedUser().RequireClaim("scope", "orders:read"));
    }

    private static async Task CheckAsync(TokenValidatedContext context, IDatabase database)
    {
        if (await database.KeyExistsAsync($"revoked:{context.SecurityToken.Id}"))
        {
            context.Fail("revoked");
        }
    }
}
