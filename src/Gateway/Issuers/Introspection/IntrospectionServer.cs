using System.Collections.Concurrent;

namespace Gateway.Issuers.Introspection;

/// <summary>
/// What is known of the server that is asked about opaque tokens: where it is, whether it answers, which calls are under way. Each change
/// is a method here; <c>ArchitectureTests</c> lists the types that call one.
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

    /// <summary>The call under way for a token, or this one when there is none.</summary>
    public Task<IntrospectionAnswer> JoinCall(UInt128 id, Task<IntrospectionAnswer> call) => _calls.GetOrAdd(id, call);

    public void EndCall(UInt128 id) => _calls.TryRemove(id, out _);

    public void Discover(Uri address, long foundAt) => _discovered = new DiscoveredEndpoint(address, foundAt);

    /// <summary>Records how a call went. Returns the error of the call before; null when it did not fail.</summary>
    public string? MarkCalled(string? error) => Interlocked.Exchange(ref _lastError, error);

    public void Dispose() => Http.Dispose();
}

/// <summary>The address of the endpoint that the metadata names, and the timestamp of the finding.</summary>
internal sealed record DiscoveredEndpoint(Uri Address, long FoundAt);
