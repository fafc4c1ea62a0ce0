using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>An introspection endpoint (RFC 7662) that knows tokens, records what it is asked, and misbehaves when told to.</summary>
internal sealed class FakeIntrospection : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, JsonObject> _tokens = new();
    private readonly ConcurrentQueue<(string Authorization, Dictionary<string, string> Form, string Accept)> _calls = new();
    private LoopbackServer _server = null!;

    public string Address => $"{_server.Address}/introspect";

    /// <summary>The calls so far.</summary>
    public IReadOnlyCollection<(string Authorization, Dictionary<string, string> Form, string Accept)> Calls => _calls;

    /// <summary>Responds in place of the endpoint; gets the response that it would have sent.</summary>
    public Func<HttpContext, JsonObject, Task>? Handler { get; set; }

    public static async Task<FakeIntrospection> StartAsync()
    {
        var endpoint = new FakeIntrospection();
        endpoint._server = await LoopbackServer.StartAsync(endpoint.AnswerAsync);
        return endpoint;
    }

    /// <summary>A good response about an active token, for a test to spoil.</summary>
    public static JsonObject Active(string issuer, TimeProvider? time = null)
    {
        var now = (time ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject
        {
            ["active"] = true,
            ["iss"] = issuer,
            ["aud"] = "shop-api",
            ["sub"] = "alice",
            ["client_id"] = "shop-web",
            ["scope"] = "orders:read",
            ["token_type"] = "Bearer",
            ["iat"] = now,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
    }

    public FakeIntrospection Knows(string token, JsonObject response)
    {
        _tokens[token] = response;
        return this;
    }

    public static Task WriteAsync(HttpContext context, string text, string type = "application/json")
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, Encoding.UTF8);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString());
        _calls.Enqueue((context.Request.Headers.Authorization.ToString(), form, context.Request.Headers.Accept.ToString()));
        var response = _tokens.TryGetValue(form.GetValueOrDefault("token", ""), out var known)
            ? known
            : new JsonObject { ["active"] = false };
        await (Handler?.Invoke(context, response) ?? WriteAsync(context, response.ToJsonString()));
    }
}
