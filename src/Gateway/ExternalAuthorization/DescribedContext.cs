using Gateway.RouteFeatures.TrustedProxies;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Gateway.ExternalAuthorization;

/// <summary>Presents a described request to the stages as the server presents a received one. Its response stays in memory.</summary>
internal sealed class DescribedContext : IAsyncDisposable
{
    // The stages decide alike for every version. This one has no pseudo-headers, and a rejection in it is an HTTP status also for gRPC
    // clients: the proxy translates it.
    private const string Protocol = "HTTP/1.1";

    private static readonly string[] DescribedOtherwise =
        ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix"];

    // The body of a rejection, at most a problem document.
    private readonly MemoryStream _body = new();
    private readonly DescribedResponse _response = new();
    private readonly RequestServicesFeature _services;

    public DescribedContext(DescribedRequest described, IServiceScopeFactory scopes, string traceIdentifier, CancellationToken aborted)
    {
        Described = described;
        var headers = new HeaderDictionary();
        foreach (var (name, values) in described.Headers)
        {
            headers[name] = values;
        }

        // Only a rejection in the form of gRPC looks at it; see Protocol.
        headers.Remove(HeaderNames.ContentType);
        // The description has said what these say, and a client may have sent them through the proxy.
        foreach (var name in DescribedOtherwise)
        {
            headers.Remove(name);
        }

        var (path, query) = described.Split();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = described.Method,
            Scheme = described.Scheme,
            Path = Decode(path),
            QueryString = query,
            RawTarget = described.Target,
            Protocol = Protocol,
            Headers = headers,
        });
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_body));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = described.Client });
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = aborted });
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature { TraceIdentifier = traceIdentifier });
        features.Set(this);
        features.Set(DescribedByProxy.Instance);
        if (headers.ContainsKey(HeaderNames.Upgrade))
        {
            // Otherwise the check of upgrades would let an incomplete handshake pass as an ordinary request.
            features.Set<IHttpUpgradeFeature>(DescribedUpgrade.Instance);
        }

        Context = new DefaultHttpContext(features);
        _services = new RequestServicesFeature(Context, scopes);
        features.Set<IServiceProvidersFeature>(_services);
    }

    public DescribedRequest Described { get; }

    public HttpContext Context { get; }

    /// <summary>Set by the last stage. Nothing else, above all no status, means that the request may go on.</summary>
    public bool IsAllowed { get; set; }

    public static DescribedContext Of(HttpContext context) => context.Features.GetRequiredFeature<DescribedContext>();

    /// <summary>Lets the stages add the headers that they add at the start of a response, and reads the body.</summary>
    public async Task<ReadOnlyMemory<byte>> CompleteAsync()
    {
        await _response.StartAsync();
        await Context.Response.BodyWriter.FlushAsync();
        return _body.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _body.DisposeAsync();
    }

    /// <summary>
    /// Decodes as the server does, which leaves an encoded slash encoded. Dot segments stay, because the proxy forwards them; so hygiene,
    /// which removes them, finds a difference and rejects the request. So it does where nothing could be decoded.
    /// </summary>
    private static string Decode(string path)
    {
        try
        {
            return path.StartsWith('/') ? PathString.FromUriComponent(path).Value! : "";
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or ArgumentException)
        {
            return "";
        }
    }

    /// <summary>The response's callbacks, which the server would call.</summary>
    private sealed class DescribedResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public async Task StartAsync()
        {
            // The last that was registered runs first, as in the server.
            while (_starting.TryPop(out var next))
            {
                await next.Callback(next.State);
            }
        }
    }

    /// <summary>Tells the stages that a connection could be upgraded. None is: the proxy does it.</summary>
    private sealed class DescribedUpgrade : IHttpUpgradeFeature
    {
        public static readonly DescribedUpgrade Instance = new();

        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new NotSupportedException("A described request has no connection.");
    }
}
