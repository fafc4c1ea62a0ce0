using System.Net.Sockets;

namespace Gateway.Testing;

/// <summary>A real nginx on a loopback port with the locations of a page.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    // The package puts it where only root's PATH leads.
    private const string Program = "/usr/sbin/nginx";

    private readonly DirectoryInfo _folder;
    private readonly Script _process;

    private NginxServer(DirectoryInfo folder, Script process, int port) =>
        (_folder, _process, Address) = (folder, process, $"http://127.0.0.1:{port}");

    public string Address { get; }

    /// <param name="locations">The content of the one server.</param>
    public static async Task<NginxServer> StartAsync(string locations)
    {
        var folder = Directory.CreateTempSubdirectory("nginx-");
        var port = RedisServer.FreePort();
        var file = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(file, $$"""
            daemon off;
            master_process off;
            pid {{folder.FullName}}/pid;
            error_log stderr;
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder.FullName}}/body;
                proxy_temp_path {{folder.FullName}}/proxy;
                fastcgi_temp_path {{folder.FullName}}/fastcgi;
                uwsgi_temp_path {{folder.FullName}}/uwsgi;
                scgi_temp_path {{folder.FullName}}/scgi;
                server {
                    listen 127.0.0.1:{{port}};
                    {{locations}}
                }
            }
            """);
        var server = new NginxServer(folder, Script.Start(Program, "-p", folder.FullName, "-c", file, "-e", "stderr"), port);
        await Eventually.TrueAsync(() => IsOpenAsync(port), "nginx listens");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<bool> IsOpenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
