using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using StackExchange.Redis;

namespace Gateway.Benchmarks.Compare;

/// <summary>YARP with the JwtBearer handler as its documentation has it: keys from the provider, and, with a Redis server, one EXISTS a request.</summary>
internal static class StockServer
{
    public static WebApplication Build(ServerSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ComparedServers.CreateBuilder(settings);
        YarpServer.AddProxy(builder, settings, policy: "read");
        var database = settings.Redis.Length == 0 ? null : ConnectionMultiplexer.Connect(settings.Redis).GetDatabase();
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
            if (database is not null)
            {
                bearer.Events = new JwtBearerEvents { OnTokenValidated = context => CheckAsync(context, database) };
            }
        });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("read", policy => policy.RequireAuthenticatedUser().RequireClaim("scope", "orders:read"));

        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapReverseProxy();
        return app;
    }

    private static async Task CheckAsync(TokenValidatedContext context, IDatabase database)
    {
        if (await database.KeyExistsAsync($"revoked:{context.SecurityToken.Id}"))
        {
            context.Fail("revoked");
        }
    }
}
