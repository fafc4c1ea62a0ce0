using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Gateway.Configuration.Listening;
using Gateway.Errors;
using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Gateway.ExternalAuthorization;

/// <summary>
/// The listener on which other proxies ask for decisions: a server of its own, so that nothing on the public listener can reach it. It does
/// not start without <c>Gateway:ExternalAuthorization</c>.
/// </summary>
internal sealed class AuthorizationServer : IHostedService, IAsyncDisposable
{
    // The headers of a client, as many as the public listener takes, and those that describe the request.
    private const int MaxHeadersTotalSize = 64 * 1024;
    private const int MaxHeaderCount = 200;

    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly WebApplication? _app;

    public AuthorizationServer(
        LiveGateway live, IHostEnvironment environment, ILoggerFactory loggers, Decisions decisions, CallerLog log,
        EndpointCertificates certificates, TimeProvider time)
    {
        if (live.Current.Settings.ExternalAuthorization is not { } settings)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment.EnvironmentName });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersTotalSize;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaderCount;
            kestrel.RequestHeaderEncodingSelector = static _ => RequestHeaderEncoding.Instance;
            // Forward auth repeats cookies of the client.
            kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.UTF8;
            // The scheme that a gRPC client writes is that of its address, and PlainProtocols has the server expect another.
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(
                environment.IsDevelopment() ? IPAddress.Loopback : IPAddress.IPv6Any, settings.Port,
                listen => Protect(listen, settings, certificates, time));
        });
        if (settings.HasTls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.AddRoutingCore();
        // The gateway's own host says once that it has started.
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(decisions);
        // A proxy's question is not a client's request: it gets no span and no duration of its own.
        builder.Services.AddSingleton(new ActivitySource("Gateway.ExternalAuthorization"));
        if (settings.HasEnvoy)
        {
            builder.Services.AddGrpc();
        }

        _app = builder.Build();
        _app.Use(static (context, next) =>
        {
            context.Features.Get<IHttpMetricsTagsFeature>()?.MetricsDisabled = true;
            return next(context);
        });
        _app.Use((context, next) => IsTrusted(context.Connection, live) ? next(context) : RejectCaller(context, log));
        _app.UseRouting();
        if (settings.HasForwardAuth)
        {
            _app.Map(ForwardAuth.Path, new ForwardAuth(decisions, log).AnswerAsync);
        }

        if (settings.HasEnvoy)
        {
            _app.MapGrpcService<EnvoyAuthorization>();
        }
    }

    /// <summary>The address in use; null without such a listener.</summary>
    public string? Address => _app?.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public Task StartAsync(CancellationToken cancellationToken) => _app?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>TLS, client certificates and protocols of the listener.</summary>
    private static void Protect(
        ListenOptions listen, ExternalAuthorizationSettings settings, EndpointCertificates certificates, TimeProvider time)
    {
        if (settings.HasTls)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificates.External!.Look(time.GetUtcNow());
                if (settings.ClientAuthorities is { } authorities)
                {
                    // Allowed and not required: a proxy without a certificate may be trusted by its address.
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.OnAuthenticate = (_, handshake) => handshake.CertificateChainPolicy = PolicyOf(authorities);
                }

                EndpointCertificates.Follow(https, certificates.External!);
            });
        }
        else if (settings is { HasForwardAuth: true, HasEnvoy: true })
        {
            PlainProtocols.Use(listen, time);
        }
        else
        {
            listen.Protocols = settings.HasEnvoy ? HttpProtocols.Http2 : HttpProtocols.Http1;
        }
    }

    /// <summary>Whether the caller may ask. A stranger could otherwise describe any client and any target.</summary>
    private static bool IsTrusted(ConnectionInfo connection, LiveGateway live) =>
        // The handshake has checked it.
        connection.ClientCertificate is not null || live.Current.TrustedProxies?.IsTrusted(connection.RemoteIpAddress) == true;

    /// <summary>403 to the caller, and a line for the operator, who has to name the proxy.</summary>
    private static Task RejectCaller(HttpContext context, CallerLog log)
    {
        log.NotTrusted(context.Connection.RemoteIpAddress);
        return Problem.WriteAsync(
            context, StatusCodes.Status403Forbidden, detail: "Only proxies that the gateway trusts may ask for decisions.");
    }

    /// <summary>
    /// The only authorities are those of the file. Nothing is fetched: a caller that is not trusted yet could name any address.
    /// </summary>
    private static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            // A private authority seldom publishes revocation lists that we could reach.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ClientAuthentication));
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
