using System.Net;
using System.Text;
using Gateway.Configuration;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Gateway.Health;

/// <summary>
/// The listener for probes: a server of its own, so that no <c>Host</c> header and no route on the public listener can reach it.
/// </summary>
internal sealed class ManagementServer : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Readiness _readiness;
    private readonly IHostApplicationLifetime _lifetime;

    public ManagementServer(
        GatewaySettings settings, IHostEnvironment environment, IHostApplicationLifetime lifetime, ILoggerFactory loggers,
        IReadOnlyList<Keys.IssuerKeys> issuers, Revocation.RevocationList revocations)
    {
        _readiness = new Readiness(issuers, revocations);
        _lifetime = lifetime;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment.EnvironmentName });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (environment.IsDevelopment())
            {
                kestrel.Listen(IPAddress.Loopback, settings.ManagementPort);
            }
            else
            {
                // Probes come from the node.
                kestrel.ListenAnyIP(settings.ManagementPort);
            }
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGet("/livez", context => AnswerAsync(context, [new ReadinessCheck("process", true)]));
        _app.MapGet("/startupz", context => AnswerAsync(context, [new ReadinessCheck("started", IsStarted)]));
        _app.MapGet("/readyz", context => AnswerAsync(context, [new ReadinessCheck("started", IsStarted), .. _readiness.Checks]));
    }

    /// <summary>The port in use, which differs from the configured one when that is 0.</summary>
    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        .Replace("[::]", "localhost", StringComparison.Ordinal)).Port;

    private bool IsStarted => _lifetime.ApplicationStarted.IsCancellationRequested;

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, ReadinessCheck[] checks)
    {
        var isReady = checks.All(check => check.IsReady);
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.Query.ContainsKey("verbose"))
        {
            return context.Response.WriteAsync(isReady ? "ok\n" : "not ready\n");
        }

        var text = new StringBuilder();
        foreach (var check in checks)
        {
            text.Append(check.IsReady ? "[+] " : "[-] ").Append(check.Name).Append('\n');
        }

        return context.Response.WriteAsync(text.ToString());
    }
}
