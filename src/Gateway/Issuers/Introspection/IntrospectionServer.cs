using System.Collections.Concurrent;

namespace Gateway.Issuers.Introspection;

/// <summary>
/// What is known of the server that is asked about opaque tokens: where it is, whether it answers, which calls are under way. Only
/// <see cref="Introspector"/> uses it.
/// </summary>
internal sealed class IntrospectionServer : IDisposable
{
    private volatile string? _lastError;

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

    /// <summary>By the id of the token, see <see cref="RejectedTokens.IdOf"/>.</summary>
    public ConcurrentDictionary<UInt128, Task<IntrospectionAnswer>> Calls { get; } = new();

    /// <summary>The address found in the metadata, and the timestamp of the finding.</summary>
    public (Uri Address, long FoundAt)? Discovered { get; set; }

    /// <summary>Why the last call failed; null when it did not.</summary>
    public string? LastError
    {
        get => _lastError;
        set => _lastError = value;
    }

    public static IntrospectionServer Create(IntrospectionSettings settings, TimeProvider time) => new(settings, time);

    public void Dispose() => Http.Dispose();
}
