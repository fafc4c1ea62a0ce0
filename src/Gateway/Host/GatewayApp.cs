using System.Text;
using Gateway.Configuration;
using Gateway.Configuration.Listening;
using Gateway.Pipeline.Hygiene;
using Gateway.Runtime;
using Gateway.Settings;
using Gateway.Telemetry;
using Microsoft.Extensions.Logging.Console;

namespace Gateway.Host;

/// <summary>Builds the gateway: read and check the configuration, then put the request path together.</summary>
internal static class GatewayApp
{
    // Chunk and header lines may end in CR LF only (RFC 9112 section 2.2 permits to insist); a bare LF is where parsers differ.
    private const string RejectBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    // Suppressed, because ASP.NET Core decodes the Host for its span before the first stage: a host that is not valid punycode would end
    // the connection and log an error. Telemetry/RequestSpan sets the same attributes.
    private const string BareSpans = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private const string FormatterName = $"{SettingSchema.Logging}:{nameof(LoggingSection.Console)}:{nameof(ConsoleLogging.FormatterName)}";

    // Bytes. RequestTarget has the same limit in characters.
    private const int MaxRequestLineSize = 8 * 1024;
    // Bytes of all headers together. A token of the longest accepted length (CompactToken.MaxLength) takes half of it.
    private const int MaxHeadersTotalSize = 32 * 1024;
    // A client that sends its headers byte by byte holds a connection; this bounds for how long.
    private static readonly TimeSpan RequestHeadersTimeout = TimeSpan.FromSeconds(15);

    /// <exception cref="ConfigurationException">The configuration has errors; nothing has been started.</exception>
    public static async Task<WebApplication> BuildAsync(GatewayAppOptions options)
    {
        // Before the server is built, which reads these switches.
        AppContext.SetSwitch(RejectBareLineFeeds, true);
        AppContext.SetSwitch(BareSpans, true);
        var reader = new ConfigurationReader(options);
        var reading = await reader.ReadAsync(ConfigurationFile.Read(reader.File));
        var builder = CreateBuilder(reader, reading);
        // Before AddGateway, so that a service of the host, such as a clock, stands first.
        options.Configure?.Invoke(builder);
        builder.Services.AddSingleton(reader);
        builder.Services.AddGateway(reading);
        var app = builder.Build();
        app.UseGateway();
        app.UseDecisions();
        BuildRoutes(app);
        RiskCheck.Log(app.Logger, reading.Warnings);
        return app;
    }

    /// <summary>Reads and checks settings and routes without building a gateway, which would start YARP's health probes.</summary>
    /// <exception cref="ConfigurationException">The configuration has errors.</exception>
    public static Task<ConfigurationReading> ReadAsync(GatewayAppOptions options)
    {
        var reader = new ConfigurationReader(options);
        return reader.ReadAsync(ConfigurationFile.Read(reader.File));
    }

    /// <summary>
    /// YARP builds its endpoints when they are first asked for. That is here, so that no reload has begun and the routes get what the first
    /// configuration says of them.
    /// </summary>
    private static void BuildRoutes(IEndpointRouteBuilder app)
    {
        foreach (var source in app.DataSources)
        {
            _ = source.Endpoints;
        }
    }

    private static WebApplicationBuilder CreateBuilder(ConfigurationReader reader, ConfigurationReading reading)
    {
        // The empty builder: no appsettings.json beside ours, and no middleware that an environment variable could switch on, such
        // as trust in the X-Forwarded headers of every client.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            EnvironmentName = reader.EnvironmentName,
            // Relative paths to certificates start at the folder of yarp.json, like all other paths.
            ContentRootPath = Path.GetDirectoryName(reader.File),
        });
        // A copy: values that the host sets in its own configuration must not look like a changed setting.
        builder.Configuration.Sources.Add(
            new SettingTreeSource(SettingTree.Of(reading.Configuration.AsEnumerable().Where(setting => setting.Value is not null))));
        if (!NamesListener(builder.Configuration))
        {
            builder.Configuration[WebHostDefaults.ServerUrlsKey] = ListenerCheck.DefaultUrls;
        }

        var logging = new LiveLogging(reading.Configuration);
        builder.Services.AddSingleton(logging);
        builder.Logging.AddConfiguration(logging.Configuration);
        // One line a request is the access log's business, not the framework's.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning)
            // These warnings are hidden: storing keys unencrypted in the folder or in Redis is the operator's choice, and a cookie that
            // cannot be read comes from a client.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error).AddFilter("Yarp.ReverseProxy.SessionAffinity", LogLevel.None)
            // The access log has one line for each failed request; the proxy's own would repeat it with a stack trace.
            .AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.None);
        builder.Logging.SilenceRequestLines();
        // Before AddConsole: of two formatters with one name the first counts.
        builder.Services.AddSingleton<ConsoleFormatter, JsonLineFormatter>();
        if (!string.IsNullOrEmpty(builder.Configuration[FormatterName]))
        {
            // A default formatter set here would make the framework ignore the configured one.
            builder.Logging.AddConsole();
        }
        else if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }
        else
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                console.UseUtcTimestamp = true;
            });
        }

        var certificates = new EndpointCertificates(
            builder.Configuration.GetSection(SettingSchema.Kestrel),
            builder.Configuration.GetSection(ExternalAuthorizationCheck.Certificate),
            builder.Environment.ContentRootPath);
        builder.Services.AddSingleton(certificates);
        builder.WebHost.UseKestrel((web, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineSize;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersTotalSize;
            kestrel.Limits.RequestHeadersTimeout = RequestHeadersTimeout;
            kestrel.RequestHeaderEncodingSelector = static _ => RequestHeaderEncoding.Instance;
            // A destination's header values are read as Latin-1, so that writing them as such passes every byte on.
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            if (reading.Settings.ClientCertificate.AllowUntrusted)
            {
                kestrel.ConfigureHttpsDefaults(https => https.AllowAnyClientCertificate());
            }

            certificates.Apply(kestrel.Configure(web.Configuration.GetSection(SettingSchema.Kestrel)));
        });
        return builder;
    }

    /// <summary>Whether the configuration names an address; otherwise the server would listen on its own default, port 5000.</summary>
    private static bool NamesListener(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey])
        || !string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey])
        || !string.IsNullOrEmpty(configuration[WebHostDefaults.HttpsPortsKey])
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}
