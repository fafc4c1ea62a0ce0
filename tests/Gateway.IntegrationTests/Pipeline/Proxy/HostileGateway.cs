using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Proxy;

/// <summary>
/// A hostile destination behind each kind of route: without and with transforms, public and protected, with session affinity.
/// </summary>
public sealed class HostileGateway : StandardGateway
{
    internal const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    internal const string Handshake =
        $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n";

    internal static readonly string[] Routes = ["open", "changed", "guarded", "sticky"];

    internal ScriptedDestination Hostile { get; } = new();

    /// <summary>The accept value that completes a handshake with the key (RFC 6455 section 4.2.2).</summary>
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1.
    internal static string Accept(string key = Key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    /// <summary>
    /// Sends the request, and after it on the same connection a second one for a protected path, without a token and with an invented
    /// identity header.
    /// </summary>
    internal Task<string> SendAsync(string route, string lines, string method = "GET", string body = "") => RawHttp.SendAsync(
        Gateway.Address,
        $"{method} /{route}/a HTTP/1.1\r\nHost: a\r\n{lines}Authorization: Bearer {Issuer.Token().Build()}\r\n\r\n{body}"
        + "GET /private/orders HTTP/1.1\r\nHost: a\r\nX-Auth-Subject: admin\r\nConnection: close\r\n\r\n");

    /// <summary>Only the first request has reached the destination, and its connection is closed.</summary>
    internal async Task ShouldHaveSentOneRequestAndClosedAsync()
    {
        foreach (var connection in Hostile.Connections)
        {
            await connection.Closed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }

        ShouldHaveSentOneRequest();
    }

    internal void ShouldHaveSentOneRequest()
    {
        Hostile.Received.Split(" HTTP/1.1\r\n").Length.ShouldBe(2, Hostile.Received);
        Hostile.Received.ShouldNotContain("/private");
        Hostile.Received.ShouldNotContain("admin");
        Destination.Received.ShouldBeEmpty();
    }

    internal void ShouldHaveLoggedNoError() =>
        Gateway.Logs.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal)
            || line.StartsWith("Critical", StringComparison.Ordinal))
            .ShouldBeEmpty();

    internal void Script(Func<string, string> answer)
    {
        Reset();
        Hostile.Reset(answer);
    }

    private protected override void Configure(JsonObject configuration)
    {
        configuration.WithCluster("hostile", Hostile.Address)
            .WithCluster("sticky", Hostile.Address)
            .With(
                "ReverseProxy:Clusters:sticky:SessionAffinity",
                """{ "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "stuck-to" }""")
            .WithRoute("open", "Anonymous", """{ "ClusterId": "hostile" }""")
            .WithRoute("changed", "Anonymous", """{ "ClusterId": "hostile", "Transforms": [{ "RequestHeaderRemove": "X-Nothing" }] }""")
            .WithRoute("guarded", "Authenticated", """{ "ClusterId": "hostile" }""")
            .WithRoute("sticky", "Authenticated", """{ "ClusterId": "sticky" }""");
    }

    private protected override async ValueTask DisposePartsAsync()
    {
        await base.DisposePartsAsync();
        await Hostile.DisposeAsync();
    }
}
