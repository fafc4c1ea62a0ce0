using System.Collections.Concurrent;
using System.Security.Claims;
using Gateway.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Authentication;

/// <summary>The caller of a request as ASP.NET Core reports it.</summary>
internal sealed record SeenUser(
    string Path, string Connection, bool IsAuthenticated, string? Name, Claim[] Claims, AuthenticateResult? Result, bool ReachedTheProxy);

/// <summary>A gateway as a fork extends it: a middleware around the stages, one behind them, and endpoints beside the routes.</summary>
public sealed class UserGateway : IAsyncLifetime
{
    private readonly ConcurrentQueue<SeenUser> _seen = new();

    internal FakeIssuer Issuer { get; private set; } = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    internal TestGateway Gateway { get; private set; } = null!;

    /// <summary>When a request asks with the header <c>X-Ask</c>: the scheme's answer, asked for behind the stages.</summary>
    internal ConcurrentDictionary<string, AuthenticateResult> Asked { get; } = new();

    internal SeenUser Last => _seen.Last();

    internal SeenUser[] Seen => [.. _seen];

    public async ValueTask InitializeAsync()
    {
        Issuer = await FakeIssuer.StartAsync();
        Destination = await RecordingDestination.StartAsync();
        var configuration = TestGateway.Configuration(Issuer, Destination)
            .With("Gateway:Errors:Detailed", true)
            .WithPolicy("trial", """{ "Mode": "Report", "Scopes": { "All": ["orders:read"] } }""")
            .WithPolicy("admins", """{ "Scopes": { "All": ["gateway:admin"] } }""");
        Gateway = await TestGateway.StartAsync(
            configuration,
            // Variables that an operator's environment may hold for other programs must not configure the scheme.
            settings: new Dictionary<string, string?> { ["Authentication:Schemes:Bearer:Authority"] = "http://127.0.0.1:9/", ["Authentication:Schemes:Bearer:ValidIssuer"] = "x" },
            extend: Extend,
            configure: services => services.AddSingleton<IStartupFilter>(new Observer(this)));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Destination.DisposeAsync();
        await Issuer.DisposeAsync();
    }

    internal void Reset()
    {
        Destination.Forget();
        _seen.Clear();
        Asked.Clear();
    }

    private void Extend(WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            context.Items[nameof(SeenUser.ReachedTheProxy)] = true;
            if (context.Request.Headers["X-Ask"] is [{ } name])
            {
                Asked[name] = await context.AuthenticateAsync();
            }

            await next(context);
        });
        app.MapGet("/fork/open", (HttpContext context) => NameOf(context));
        app.MapGet("/fork/any", (HttpContext context) => NameOf(context)).RequireAuthorization();
        app.MapGet("/fork/admins", (HttpContext context) => NameOf(context)).RequireAuthorization("admins");
        app.MapGet("/fork/trial", (HttpContext context) => NameOf(context)).RequireAuthorization("trial");
        app.MapGet("/fork/unknown", (HttpContext context) => NameOf(context)).RequireAuthorization("nonsense");
    }

    private static string NameOf(HttpContext context) => context.User.Identity?.Name ?? "";

    private sealed class Observer(UserGateway owner) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, stages) =>
            {
                await stages(context);
                owner._seen.Enqueue(new SeenUser(
                    context.Request.Path.Value!,
                    context.Connection.Id,
                    context.User.Identity?.IsAuthenticated ?? false,
                    context.User.Identity?.Name,
                    [.. context.User.Claims],
                    context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult,
                    context.Items.ContainsKey(nameof(SeenUser.ReachedTheProxy))));
            });
            next(app);
        };
    }
}
