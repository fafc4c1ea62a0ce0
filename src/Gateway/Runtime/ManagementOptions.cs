namespace Gateway.Runtime;

/// <summary>
/// The listener for health probes and administration: <c>Gateway:Management</c>. On every address; in the Development environment on
/// loopback only.
/// </summary>
internal sealed class ManagementOptions
{
    /// <summary>TCP port, separate from the public one. Default 8081, range 1 to 65535; 0 takes any free port.</summary>
    public int Port { get; init; } = 8081;

    /// <summary>
    /// The policy that callers of <c>/admin</c> must satisfy. Default none: then <c>/admin</c> exists in the Development environment only.
    /// </summary>
    public string? Policy { get; init; }
}
