namespace Gateway.RouteFeatures.Affinity;

/// <summary>The keys for what session affinity gives to clients: <c>Gateway:DataProtection</c>.</summary>
internal sealed class DataProtectionOptions
{
    /// <summary>
    /// The folder of the keys, shared by all replicas and writable. A relative path starts at the folder of <c>yarp.json</c>. Default none:
    /// the keys are in Redis when that is the revocation store, else in memory.
    /// </summary>
    public string? Path { get; init; }
}
