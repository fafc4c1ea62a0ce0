using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>
/// An identity provider on a real socket that serves discovery and keys, counts what it is asked, and misbehaves when told to.
/// </summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    private LoopbackServer _server = null!;
    private int _keyRequests;
    private int _metadataRequests;

    /// <summary>The <c>iss</c>: the server's address and an optional path.</summary>
    public string Issuer => _server.Address + Path;

    public string Path { get; private init; } = "";

    public string JwksUri => _server.Address + "/keys";

    /// <summary>The published keys; replace to rotate.</summary>
    public JsonArray Keys { get; set; } = [];

    public SigningKey Rsa { get; } = SigningKey.Rsa();

    public SigningKey Ec { get; } = SigningKey.Ec();

    public int KeyRequests => Volatile.Read(ref _keyRequests);

    public int MetadataRequests => Volatile.Read(ref _metadataRequests);

    /// <summary>Answers requests for keys in place of the key set: how a test makes the provider lie, stall or vanish.</summary>
    public RequestDelegate? KeysHandler { get; set; }

    /// <summary>Answers requests for metadata in place of the real document.</summary>
    public RequestDelegate? MetadataHandler { get; set; }

    /// <param name="path">A path in the issuer, such as <c>/realms/shop</c>.</param>
    /// <param name="isOpenId">Whether metadata is where OpenID Connect has it, else only where RFC 8414 has it.</param>
    public static async Task<FakeIssuer> StartAsync(string path = "", bool isOpenId = true)
    {
        var issuer = new FakeIssuer { Path = path };
        issuer.Keys = [issuer.Rsa.ToJwk(), issuer.Ec.ToJwk()];
        var metadata = isOpenId ? $"{path}/.well-known/openid-configuration" : $"/.well-known/oauth-authorization-server{path}";
        issuer._server = await LoopbackServer.StartAsync(context => issuer.AnswerAsync(context, metadata));
        return issuer;
    }

    /// <summary>A good token of this issuer.</summary>
    public TokenBuilder Token(TimeProvider? time = null, string algorithm = "RS256") =>
        new(algorithm.StartsWith("ES", StringComparison.Ordinal) ? Ec : Rsa, Issuer, time, algorithm);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Rsa.Dispose();
        Ec.Dispose();
    }

    private Task AnswerAsync(HttpContext context, string metadata)
    {
        if (context.Request.Path == metadata)
        {
            Interlocked.Increment(ref _metadataRequests);
            return MetadataHandler?.Invoke(context)
                ?? context.Response.WriteAsync(new JsonObject { ["issuer"] = Issuer, ["jwks_uri"] = JwksUri }.ToJsonString());
        }

        if (context.Request.Path == "/keys")
        {
            Interlocked.Increment(ref _keyRequests);
            return KeysHandler?.Invoke(context)
                ?? context.Response.WriteAsync(new JsonObject { ["keys"] = Keys.DeepClone() }.ToJsonString());
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
