using Gateway.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Gateway.Configuration.Listening;

/// <summary>
/// Lets the server itself read the <c>Kestrel</c> section and its certificates, as the start does, without opening a socket.
/// </summary>
internal static class ListenerTrial
{
    public static void Run(IConfiguration configuration, SettingsContext context)
    {
        var kestrel = configuration.GetSection(SettingSchema.Kestrel);
        if (!kestrel.Exists())
        {
            return;
        }

        try
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = context.Folder });
            builder.WebHost.UseKestrel(server => server.Configure(kestrel));
            using var app = (IDisposable)builder.Build();
            // Load reads endpoints and certificates; sockets are opened by the start alone, which does not happen here.
            ((WebApplication)app).Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.ConfigurationLoader!.Load();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            context.Report.Error(
                SettingSchema.Kestrel, "the server cannot use this section.",
                "Compare it with the example in docs/configuration.md, section TLS.");
        }
    }
}
