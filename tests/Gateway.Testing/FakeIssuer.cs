using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>
/// An identity provider on a real socket that serves discovery and keys, counts what it is asked, and misbehaves when told to.
/// </summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    private LoopbackServer? _server;
    private RequestDelegate _handler = null!;
    private int _keyRequests;
    private int _metadataRequests;
    private int _movedRequests;
    private int _notModified;

    /// <summary>The <c>iss</c>: the server's address and an optional path.</summary>
    public string Issuer => Address + Path;

    public string Address { get; private set; } = "";

    public string Path { get; private init; } = "";

    public string JwksUri => Address + "/keys";

    /// <summary>The published keys; replace to rotate.</summary>
    public JsonArray Keys { get; set; } = [];

    public SigningKey Rsa { get; } = SigningKey.Rsa();

    public SigningKey Ec { get; } = SigningKey.Ec();

    public int KeyRequests => Volatile.Read(ref _keyRequests);

    public int MetadataRequests => Volatile.Read(ref _metadataRequests);

    /// <summary>Requests that followed a redirect of the keys.</summary>
    public int MovedRequests => Volatile.Read(ref _movedRequests);

    /// <summary>Requests for keys that were answered with 304.</summary>
    public int NotModified => Volatile.Read(ref _notModified);

    /// <summary>What it does wrong, see <see cref="SetModeAsync"/>.</summary>
    public ProviderMode Mode { get; private set; }

    /// <summary>What https shows from the next start on.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The <c>Cache-Control</c> of the keys.</summary>
    public string? CacheControl { get; set; }

    /// <summary>Answers requests for keys in place of the key set: how a test makes the provider lie, stall or vanish.</summary>
    public RequestDelegate? KeysHandler { get; set; }

    /// <summary>Answers requests for metadata in place of the real document.</summary>
    public RequestDelegate? MetadataHandler { get; set; }

    /// <param name="path">A path in the issuer, such as <c>/realms/shop</c>.</param>
    /// <param name="isOpenId">True when metadata is where OpenID Connect has it, else only where RFC 8414 has it.</param>
    /// <param name="certificate">Makes it https.</param>
    public static async Task<FakeIssuer> StartAsync(string path = "", bool isOpenId = true, X509Certificate2? certificate = null)
    {
        var issuer = new FakeIssuer { Path = path };
        issuer.Certificate = certificate;
        issuer.Keys = [issuer.Rsa.ToJwk(), issuer.Ec.ToJwk()];
        var metadata = isOpenId ? $"{path}/.well-known/openid-configuration" : $"/.well-known/oauth-authorization-server{path}";
        issuer._handler = context => issuer.AnswerAsync(context, metadata);
        issuer._server = await LoopbackServer.StartAsync(issuer._handler, certificate: certificate);
        issuer.Address = issuer._server.Address;
        return issuer;
    }

    /// <summary>Changes what it does from now on; without connection its port is free, and taken again afterwards.</summary>
    public async Task SetModeAsync(ProviderMode mode)
    {
        Mode = mode;
        if (mode == ProviderMode.NoConnection && _server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
        else if (mode != ProviderMode.NoConnection && _server is null)
        {
            _server = await LoopbackServer.StartAsync(_handler, certificate: Certificate, port: new Uri(Address).Port);
        }
    }

    public void CountNotModified() => Interlocked.Increment(ref _notModified);

    /// <summary>A good token of this issuer.</summary>
    public TokenBuilder Token(TimeProvider? time = null, string algorithm = "RS256") =>
        new(algorithm.StartsWith("ES", StringComparison.Ordinal) ? Ec : Rsa, Issuer, time, algorithm);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Rsa.Dispose();
        Ec.Dispose();
    }

    private Task AnswerAsync(HttpContext context, string metadata)
    {
        if (context.Request.Path == metadata)
        {
            Interlocked.Increment(ref _metadataRequests);
            return MetadataHandler?.Invoke(context) ?? ProviderAnswers.MetadataAsync(this, context);
        }

        if (context.Request.Path == "/keys" || context.Request.Path == "/moved")
        {
            Interlocked.Increment(ref context.Request.Path == "/keys" ? ref _keyRequests : ref _movedRequests);
            context.Response.Headers.CacheControl = CacheControl;
            return KeysHandler?.Invoke(context) ?? ProviderAnswers.KeysAsync(this, context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
