using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>What a token endpoint was asked.</summary>
internal sealed record TokenRequest(string? Authorization, IReadOnlyDictionary<string, string> Form);

/// <summary>A token endpoint that a test answers for. By default it issues a token of its own for each request.</summary>
internal sealed class FakeTokenEndpoint : IAsyncDisposable
{
    private readonly ConcurrentQueue<TokenRequest> _received = new();
    private LoopbackServer _server = null!;
    private int _count;

    public string Address => $"{_server.Address}/token";

    public IReadOnlyCollection<TokenRequest> Received => _received;

    /// <summary>The seconds in <c>expires_in</c>.</summary>
    public int ExpiresIn { get; set; } = 300;

    /// <summary>Responds in place of the default.</summary>
    public Func<HttpContext, Task>? Handler { get; set; }

    public static async Task<FakeTokenEndpoint> StartAsync()
    {
        var endpoint = new FakeTokenEndpoint();
        endpoint._server = await LoopbackServer.StartAsync(endpoint.HandleAsync);
        return endpoint;
    }

    public static Task JsonAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json)).AsTask();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        _received.Enqueue(
            new TokenRequest(
                context.Request.Headers.Authorization, form.ToDictionary(field => field.Key, field => field.Value.ToString())));
        await (Handler?.Invoke(context) ?? JsonAsync(context, 200, $$"""
            {"access_token":"issued-{{Interlocked.Increment(ref _count)}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"Bearer","expires_in":{{ExpiresIn}}}
            """));
    }
}
