using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gateway.Testing;

/// <summary>A server of one status list (OAuth Token Status List) that an issuer signs.</summary>
internal sealed class FakeStatusList : IAsyncDisposable
{
    private LoopbackServer _server = null!;
    private int _requests;

    public string Address => $"{_server.Address}/statuslists/1";

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The unpacked statuses; a test changes them.</summary>
    public byte[] Statuses { get; set; } = new byte[16];

    public int Bits { get; set; } = 1;

    public int? Ttl { get; set; }

    /// <summary>Spoils the list before it is signed.</summary>
    public Action<TokenBuilder>? Edit { get; set; }

    /// <summary>Responds in place of the list.</summary>
    public RequestDelegate? Handler { get; set; }

    public static async Task<FakeStatusList> StartAsync(FakeIssuer issuer, TimeProvider? time = null)
    {
        var list = new FakeStatusList();
        list._server = await LoopbackServer.StartAsync(context =>
        {
            Interlocked.Increment(ref list._requests);
            return list.Handler?.Invoke(context) ?? list.WriteAsync(context, issuer.Rsa, issuer.Issuer, time);
        });
        return list;
    }

    /// <summary>The claim that refers to a place of this list.</summary>
    public JsonObject Reference(long index) => new() { ["status_list"] = new JsonObject { ["idx"] = index, ["uri"] = Address } };

    public static string Pack(byte[] statuses)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            stream.Write(statuses);
        }

        return Base64Url.EncodeToString(packed.ToArray());
    }

    public Task WriteAsync(HttpContext context, SigningKey key, string issuer, TimeProvider? time = null)
    {
        var token = new TokenBuilder(key, issuer, time).WithHeader("typ", "statuslist+jwt");
        token.Claims.Clear();
        token.With("sub", Address).With("iat", (time ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds())
            .With("status_list", new JsonObject { ["bits"] = Bits, ["lst"] = Pack(Statuses) });
        if (Ttl is { } ttl)
        {
            token.With("ttl", ttl);
        }

        Edit?.Invoke(token);
        context.Response.ContentType = "application/statuslist+jwt";
        return context.Response.WriteAsync(token.Build());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
