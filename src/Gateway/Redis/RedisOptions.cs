using Gateway.Settings;

namespace Gateway.Redis;

/// <summary>
/// The shared store: <c>Gateway:Revocation:Redis</c>. Read only when <c>Store</c> is <c>Redis</c>, <c>Lookup</c> is set or a rate limit is
/// shared.
/// </summary>
internal sealed class RedisOptions
{
    /// <summary>
    /// <c>host:port</c>, several of them separated by commas, then options in the form of StackExchange.Redis such as <c>ssl=true</c>,
    /// <c>sslHost=...</c>, <c>defaultDatabase=1</c>, <c>user=...</c>, <c>serviceName=...</c> (the hosts are sentinels then). An IPv6
    /// address is in brackets. Never shown. Default <c>localhost:6379</c>.
    /// </summary>
    [Secret]
    public string Connection { get; init; } = "localhost:6379";

    /// <summary>
    /// A file with the password of Redis' user (<c>default</c>, or <c>user=</c> of <see cref="Connection"/>), read again at every connect.
    /// A relative path starts at the folder of yarp.json. Default none.
    /// </summary>
    public string? PasswordFile { get; init; }

    /// <summary>The prefix of all keys and channels. Default <c>gateway:</c>.</summary>
    public string KeyPrefix { get; init; } = "gateway:";

    /// <summary>
    /// The deadline of every call. Requests wait for one only with a shared rate limit and, at most 100 ms, with a DPoP proof; those of
    /// <c>Lookup</c> have their own. Default 250 ms, range 10 ms to 10 s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The number of Redis replicas that must have a revocation before it is acknowledged, within <see cref="Timeout"/>; else the writer
    /// gets an error, although the entry is written. Not with a cluster. Default 0, range 0 to 16.
    /// </summary>
    public int WaitReplicas { get; init; }

    /// <summary>
    /// A PEM file with the certificate authorities to trust instead of the system's; needs <c>ssl=true</c>. Default none.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate; needs <c>ssl=true</c>. Default none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the client certificate's key. Default: the key is in <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; init; }
}
