using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Configuration.Listening;

/// <summary>A public address as the server reads it, to find addresses that cannot be open at the same time.</summary>
/// <param name="Host">Null for every address of the machine.</param>
internal sealed record ListenAddress(string Text, bool IsHttps, IPAddress? Host, bool IsLocalhost, int Port)
{
    /// <summary>An address of the gateway's other listeners, which have a port only.</summary>
    /// <param name="isLoopback">True in Development, where these listen for this machine only.</param>
    public static ListenAddress Own(int port, bool isLoopback) =>
        new($"port {port}", false, isLoopback ? IPAddress.Loopback : null, false, port);

    /// <param name="address">Null for a socket in the file system, which clashes with no port.</param>
    public static bool TryParse(string text, out ListenAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, null);
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            problem = $"\"{text}\" is not an address.";
            return false;
        }

        var isHttps = parsed.Scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);
        var isLocalhost = parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        problem = !isHttps && !parsed.Scheme.Equals(Uri.UriSchemeHttp, StringComparison.OrdinalIgnoreCase)
            ? $"\"{text}\" has a scheme other than http and https."
            : parsed.IsUnixPipe ? null
            : parsed.IsNamedPipe ? $"\"{text}\" is a named pipe, which Linux does not have."
            : parsed.PathBase.Length > 0 ? $"\"{text}\" has a path, and a listener has none."
                : !IPAddress.TryParse(parsed.Host, out _) && parsed.Host.Contains(':', StringComparison.Ordinal)
                ? $"\"{text}\" has a port that is no number."
            : parsed.Port is < 0 or > 65535 ? $"\"{text}\" has a port that is out of range."
            : isLocalhost && parsed.Port == 0 ? $"\"{text}\" asks for any free port, which works with 127.0.0.1 and not with localhost."
            : null;
        if (problem is not null)
        {
            return false;
        }

        if (!parsed.IsUnixPipe)
        {
            // The server takes every name but localhost for "all addresses".
            var host = IPAddress.TryParse(parsed.Host, out var ip) && !ip.Equals(IPAddress.IPv6Any) ? ip : null;
            address = new ListenAddress(text, isHttps, host, isLocalhost, parsed.Port);
        }

        return true;
    }

    /// <summary>Whether both cannot be open at once. Port 0 asks for any free port and clashes with none.</summary>
    public bool ClashesWith(ListenAddress other) => Port == other.Port && Port != 0 && Overlaps(other);

    private bool Overlaps(ListenAddress other) =>
        IsEverywhere
            || other.IsEverywhere
            || Addresses.Any(one => other.Addresses.Any(two => one.Equals(two) || Covers(one, two) || Covers(two, one)));

    private bool IsEverywhere => Host is null && !IsLocalhost;

    /// <summary>The addresses that the server binds: every IPv4 address too where one is <see cref="IPAddress.IPv6Any"/>.</summary>
    public IPAddress[] Addresses => IsLocalhost ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [Host ?? IPAddress.IPv6Any];

    /// <summary>0.0.0.0 takes the port on every IPv4 address.</summary>
    private static bool Covers(IPAddress all, IPAddress one) =>
        all.Equals(IPAddress.Any) && one.AddressFamily == AddressFamily.InterNetwork;
}
