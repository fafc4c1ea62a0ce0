// A destination behind the gateway, in ASP.NET Core. JwtBearer verifies the gateway's assertion; requests without one are rejected.
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Orders;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration.GetSection("Assertion");
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.MapInboundClaims = false;
    options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
        settings["Jwks"], new JwksRetriever(), new HttpDocumentRetriever { RequireHttps = false })
    {
        AutomaticRefreshInterval = TimeSpan.FromMinutes(5),
    };
    options.TokenValidationParameters = new TokenValidationParameters
    {
        ValidIssuer = settings["Issuer"],
        ValidAudience = settings["Audience"],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ClockSkew = TimeSpan.FromSeconds(5),
        NameClaimType = "sub",
        RoleClaimType = "roles",
    };
    options.Events = new JwtBearerEvents
    {
        OnMessageReceived = context =>
        {
            context.Token = context.Request.Headers["X-Auth-Assertion"];
            if (string.IsNullOrEmpty(context.Token))
            {
                // Without this, the handler would look for a token in Authorization.
                context.NoResult();
            }

            return Task.CompletedTask;
        },
    };
});
builder.Services.AddAuthorization();
var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/{**path}", (ClaimsPrincipal user) => new
{
    subject = user.Identity?.Name,
    scopes = user.FindFirstValue("scope")?.Split(' ') ?? [],
    roles = user.FindAll("roles").Select(role => role.Value),
}).RequireAuthorization();
app.Run();

namespace Orders
{
    /// <summary>Reads the keys from the gateway's JWK Set. JwtBearer itself reads them through a discovery document only.</summary>
    internal sealed class JwksRetriever : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(
            string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var configuration = new OpenIdConnectConfiguration();
            foreach (var key in new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel)).GetSigningKeys())
            {
                configuration.SigningKeys.Add(key);
            }

            return configuration;
        }
    }
}
