using System.Collections.Concurrent;

namespace Gateway.Issuers.Introspection;

/// <summary>
/// The introspection server of an issuer: its address, whether it responds, and the calls under way. Only methods of this class change
/// its state; <c>ArchitectureTests</c> lists their callers.
/// </summary>
internal sealed class IntrospectionServer : IDisposable
{
    // By the id of the token, see RejectedTokens.IdOf.
    private readonly ConcurrentDictionary<UInt128, Task<IntrospectionAnswer>> _calls = new();
    private volatile string? _lastError;
    private volatile DiscoveredEndpoint? _discovered;

    private IntrospectionServer(IntrospectionSettings settings, TimeProvider time)
    {
        Settings = settings;
        Http = KeySources.HttpOf(settings.Fetch);
        Metadata = new KeyDocumentClient(Http, settings.Fetch);
        Breaker = new CallBreaker(time);
        Allowance = new CallAllowance(settings.MaxCallsPerSecond, time);
        Rejected = new RejectedTokens(time);
    }

    public IntrospectionSettings Settings { get; }

    public HttpClient Http { get; }

    /// <summary>For the issuer's metadata.</summary>
    public KeyDocumentClient Metadata { get; }

    public CallBreaker Breaker { get; }

    public CallAllowance Allowance { get; }

    public RejectedTokens Rejected { get; }

    /// <summary>How many calls are under way.</summary>
    public int Calls => _calls.Count;

    /// <summary>Null until the address was found in the metadata.</summary>
    public DiscoveredEndpoint? Discovered => _discovered;

    /// <summary>Why the last call failed; null when it did not.</summary>
    public string? LastError => _lastError;

    public static IntrospectionServer Create(IntrospectionSettings settings, TimeProvider time) => new(settings, time);

    /// <summary>Returns the call under way for a token. When there is none, this call is added and returned.</summary>
    public Task<IntrospectionAnswer> JoinCall(UInt128 id, Task<IntrospectionAnswer> call) => _calls.GetOrAdd(id, call);

    public void EndCall(UInt128 id) => _calls.TryRemove(id, out _);

    public void Discover(Uri address, long foundAt) => _discovered = new DiscoveredEndpoint(address, foundAt);

    /// <summary>Records the error of a call, null for success. Returns the error of the previous call; null for success.</summary>
    public string? MarkCalled(string? error) => Interlocked.Exchange(ref _lastError, error);

    public void Dispose() => Http.Dispose();
}

/// <summary>The address of the endpoint that the metadata names, and the timestamp at which it was read.</summary>
internal sealed record DiscoveredEndpoint(Uri Address, long FoundAt);
