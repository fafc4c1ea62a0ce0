using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Benchmarks.Servers;

/// <summary>The .NET servers that loadtests/measure.sh compares with the others. Nothing is logged by any of them.</summary>
internal static class ComparedServers
{
    public static async Task ServeAsync(string name, ServerSettings settings)
    {
        await using var server = name switch
        {
            "destination" => DestinationServer.Build(settings),
            "provider" => ProviderServer.Build(settings),
            "bare" => YarpServer.Build(settings),
            "stock" => StockServer.Build(settings),
            "cached" => CachedServer.Build(settings),
            "authorizer" => StockServer.BuildAuthorizer(settings),
            "gateway" => await GatewayServer.BuildAsync(settings),
            _ =>
                throw new ArgumentException(
                    "Known servers: destination, provider, bare, stock, cached, authorizer, gateway.", nameof(name)),
        };
        await using var stats = StatsServer.Build(settings);
        await stats.StartAsync();
        await server.RunAsync();
    }

    /// <summary>An empty host on the server's addresses.</summary>
    public static WebApplicationBuilder CreateBuilder(ServerSettings settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, new Uri(settings.Url).Port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, new Uri(settings.Http2Url).Port, listen => listen.Protocols = HttpProtocols.Http2);
            if (settings.TlsUrl.Length > 0)
            {
                var certificate = X509Certificate2.CreateFromPemFile(settings.Certificate);
                kestrel.Listen(IPAddress.Loopback, new Uri(settings.TlsUrl).Port, listen => listen.UseHttps(certificate));
            }
        });
        return builder;
    }
}
