using Gateway.Revocation;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using OpenIddict.Validation.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Gateway.Sandbox;

/// <summary>
/// A small authorization server for development and tests, on OpenIddict without a database: RFC 9068 access tokens signed with RSA or
/// P-256 keys, refresh tokens that rotate, introspection, token exchange, and revocations written where the gateway reads them. Users,
/// clients and secrets are public constants, so it listens on loopback only and is not part of the product.
/// </summary>
internal sealed class DevelopmentIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _issuer;

    /// <param name="port">The loopback port.</param>
    /// <param name="time">The clock of revocations.</param>
    /// <param name="append">Writes to the revocation log; called by logout, revocation and refresh token reuse.</param>
    public DevelopmentIssuer(int port, TimeProvider time, Func<IReadOnlyList<RevocationEntry>, CancellationToken, ValueTask> append)
    {
        _issuer = $"http://localhost:{port}";
        _app = LoopbackHost.Build(port, services =>
        {
            services.AddAuthentication();
            services.AddSingleton<SigningKeys>();
            services.AddSingleton(new Sessions(_issuer, append, time));
            services.AddSingleton<Grants>();
            services.AddOpenIddict()
                .AddServer(Configure)
                .AddValidation(validation =>
                {
                    validation.UseLocalServer();
                    validation.UseAspNetCore();
                });
        });
        _app.UseAuthentication();
        _app.MapPost("/logout", LogoutAsync);
        _app.MapPost("/rotate", RotateAsync);
    }

    /// <summary>Starts, and asks for the keys once: OpenIddict's first answer takes the longest, and the gateway waits for it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _app.StartAsync(cancellationToken);
        using var client = new HttpClient();
        await client.GetStringAsync(new Uri($"{_issuer}/.well-known/openid-configuration"), cancellationToken);
        await client.GetStringAsync(new Uri($"{_issuer}/jwks"), cancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Configure(OpenIddictServerBuilder server)
    {
        // No database: clients are a table, sessions a dictionary, and access tokens are verified by their signature.
        server.EnableDegradedMode()
            .SetIssuer(_issuer)
            .SetConfigurationEndpointUris(".well-known/openid-configuration", ".well-known/oauth-authorization-server")
            .SetJsonWebKeySetEndpointUris("jwks")
            .SetTokenEndpointUris("token")
            .SetRevocationEndpointUris("revoke")
            .SetIntrospectionEndpointUris("introspect")
            .AllowPasswordFlow().AllowClientCredentialsFlow().AllowRefreshTokenFlow().AllowTokenExchangeFlow()
            .RegisterScopes(DevelopmentClient.Scopes)
            .SetAccessTokenLifetime(Sessions.TokenLifetime)
            .DisableAccessTokenEncryption()
            .AddEphemeralEncryptionKey()
            .Configure(options => options.SigningCredentials.AddRange(SigningKeys.CreateGeneration()));
        server.UseAspNetCore().DisableTransportSecurityRequirement();

        Handle<ValidateTokenRequestContext>(context => Grants.CheckRequest(context));
        Handle<ValidateRevocationRequestContext>(context => Grants.CheckClient(context));
        Handle<ValidateIntrospectionRequestContext>(context => Grants.CheckClient(context));
        Handle<HandleTokenRequestContext>(context => Grants.GrantAsync(context));
        Handle<HandleRevocationRequestContext>(context => Grants.RevokeAsync(context));
        Handle<HandleIntrospectionRequestContext>(context => Grants.CheckSession(context));
        Handle<GenerateTokenContext>(
            context => IssuerAnswers.ShapeToken(context, _app.Services.GetRequiredService<SigningKeys>()),
            OpenIddictServerHandlers.Protection.GenerateIdentityModelToken.Descriptor.Order - 1);
        Handle<ApplyConfigurationResponseContext>(context => IssuerAnswers.NameIssuer(context.Response, "issuer"), int.MinValue);
        Handle<ApplyIntrospectionResponseContext>(context => IssuerAnswers.NameIssuer(context.Response, "iss"), int.MinValue);
        Handle<ApplyTokenResponseContext>(
            IssuerAnswers.WriteText,
            OpenIddictServerAspNetCoreHandlers.ProcessJsonResponse<ApplyTokenResponseContext>.Descriptor.Order - 1);

        void Handle<TContext>(Func<TContext, ValueTask> handle, int? order = null) where TContext : BaseContext =>
            server.AddEventHandler<TContext>(builder =>
            {
                builder.UseInlineHandler(handle);
                if (order is { } at)
                {
                    builder.SetOrder(at);
                }
            });
    }

    private Grants Grants => _app.Services.GetRequiredService<Grants>();

    private static async Task LogoutAsync(HttpContext context, Sessions sessions)
    {
        var result = await context.AuthenticateAsync(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        if (result.Principal is not { } token)
        {
            await context.ChallengeAsync(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
            return;
        }

        await sessions.RevokeAsync(token, "logout", context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Rotates; <c>overlap=false</c>, in the query or the form, stops publishing the previous keys at once.</summary>
    private static async Task RotateAsync(HttpContext context, SigningKeys keys)
    {
        var request = context.Request;
        var overlap = request.HasFormContentType
            ? (await request.ReadFormAsync(context.RequestAborted))["overlap"]
            : request.Query["overlap"];
        await context.Response.WriteAsJsonAsync(new { kids = keys.Rotate(overlap != "false") }, context.RequestAborted);
    }
}
