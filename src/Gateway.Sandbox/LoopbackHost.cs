using System.Net;

namespace Gateway.Sandbox;

/// <summary>
/// Builds the small hosts beside the gateway. They start from an empty builder, so that ASPNETCORE_URLS and appsettings files
/// meant for the gateway cannot move or reconfigure them.
/// </summary>
internal static class LoopbackHost
{
    /// <summary>Builds a host that will listen on loopback only; port 0 lets the system choose one.</summary>
    public static WebApplication Build(int port, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Gateway.Sandbox" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            if (port == 0)
            {
                // Kestrel cannot choose one free port for both loopback addresses, so a chosen port is IPv4 only.
                kestrel.Listen(IPAddress.Loopback, 0);
            }
            else
            {
                kestrel.ListenLocalhost(port);
            }
        });
        builder.Services.AddRoutingCore();
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        configure?.Invoke(builder.Services);
        return builder.Build();
    }
}
