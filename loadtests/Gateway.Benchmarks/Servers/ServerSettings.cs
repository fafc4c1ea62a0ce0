using System.Text.Json;

namespace Gateway.Benchmarks.Servers;

/// <summary>What one compared server is started with, from a JSON file.</summary>
internal sealed record ServerSettings
{
    /// <summary>The address for HTTP/1.1.</summary>
    public required string Url { get; init; }

    /// <summary>The address for HTTP/2 without TLS.</summary>
    public required string Http2Url { get; init; }

    /// <summary>The address with TLS, or empty for none.</summary>
    public string TlsUrl { get; init; } = "";

    /// <summary>A PEM file with the certificate of <see cref="TlsUrl"/> and its key.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Where the process tells what it has allocated.</summary>
    public required string StatsUrl { get; init; }

    /// <summary>Where to forward to.</summary>
    public string Destination { get; init; } = "";

    /// <summary>Where the provider's metadata is.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The Redis server, or empty for none.</summary>
    public string Redis { get; init; } = "";

    /// <summary>The folder with the keys that all processes of a run share.</summary>
    public string KeyFolder { get; init; } = "";

    /// <summary>The gateway's management port, by which the run knows that it is ready.</summary>
    public int ManagementPort { get; init; }

    /// <summary>How many routes the gateway has. The last one is asked.</summary>
    public int Routes { get; init; } = 1;

    /// <summary>How many issuers the gateway knows. The last one's tokens are sent.</summary>
    public int Issuers { get; init; } = 1;

    /// <summary>How many verified tokens the gateway remembers; 0 for its default.</summary>
    public int MaxCachedTokens { get; init; }

    /// <summary>False when the gateway sets no identity headers.</summary>
    public bool HasIdentity { get; init; } = true;

    /// <summary>True when the gateway signs assertions.</summary>
    public bool HasAssertion { get; init; }

    /// <summary>How long each request of bare YARP is made to busy-wait, for the self test of the measurement.</summary>
    public int SpinNanoseconds { get; init; }

    public static ServerSettings Read(string file) =>
        JsonSerializer.Deserialize<ServerSettings>(File.ReadAllText(file), JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"{file} is empty.");
}
