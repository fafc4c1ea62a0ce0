using System.Net;
using System.Net.Sockets;
using Gateway.Runtime;

namespace Gateway.Configuration.Listening;

/// <summary>
/// Finds a port that another program uses, before the host starts: the host would log the server's exception with its stack trace for
/// each listener, without the name of the setting.
/// </summary>
internal static class TakenPort
{
    /// <returns>The port, its setting and the cure; null where all ports are free.</returns>
    public static string? Find(WebApplication app)
    {
        var settings = app.Services.GetRequiredService<LiveGateway>().Current.Settings;
        var isDevelopment = app.Environment.IsDevelopment();
        var wanted = ListenerCheck.Public(app.Configuration)
            .Select(entry => (entry.Path, Address: Parse(entry.Url)))
            .Append((ListenerCheck.ManagementPort, ListenAddress.Own(settings.Management.Port, isDevelopment)));
        if (settings.ExternalAuthorization is { } authorization)
        {
            wanted = wanted.Append((ExternalAuthorizationCheck.Port, ListenAddress.Own(authorization.Port, isDevelopment)));
        }

        foreach (var (path, address) in wanted)
        {
            if (address is { Port: not 0 } && address.Addresses.Any(one => IsTaken(one, address.Port)))
            {
                return $"port {address.Port} is taken by another program. End that program, or choose another port with {CureOf(path)}.";
            }
        }

        return null;
    }

    /// <summary>Null for what is no TCP address, such as a socket in the file system.</summary>
    private static ListenAddress? Parse(string? url) =>
        ListenAddress.TryParse(url?.Trim() ?? "", out var address, out _) ? address : null;

    private static string CureOf(string path) => path == SettingSchema.Urls ? "--urls or Urls" : path;

    /// <summary>Binds as the server does, and closes at once. The server itself reports any other fault of the address.</summary>
    private static bool IsTaken(IPAddress address, int port)
    {
        // Without IPv6 the server opens the port for IPv4 instead.
        address = address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : address;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            return false;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
