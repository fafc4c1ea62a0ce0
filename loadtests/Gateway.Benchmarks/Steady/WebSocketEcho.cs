using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Benchmarks.Steady;

/// <summary>
/// A destination that accepts WebSockets and sends one text frame for each that it receives; other requests get <c>ok</c>.
/// </summary>
internal static class WebSocketEcho
{
    // The example of RFC 6455 section 1.3: the clients send its key.
    private const string Accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    public static readonly byte[] Answer = [0x81, 2, (byte)'h', (byte)'i'];

    public static Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync(async context =>
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            context.Response.ContentLength = 2;
            await context.Response.WriteAsync("ok");
            return;
        }

        context.Response.Headers.SecWebSocketAccept = Accept;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        await using var stream = await upgrade.UpgradeAsync();
        var frame = new byte[64];
        while (await stream.ReadAsync(frame, context.RequestAborted) > 0)
        {
            await stream.WriteAsync(Answer, context.RequestAborted);
        }
    });
}
