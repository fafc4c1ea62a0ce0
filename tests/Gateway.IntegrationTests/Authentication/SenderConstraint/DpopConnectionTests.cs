using System.Net.WebSockets;
using Gateway.IntegrationTests.Pipeline.Connections;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>
/// The handshake of a WebSocket proves possession like any other request, and the connection that it opens needs no further proof.
/// </summary>
public sealed class DpopConnectionTests(LiveGateway live) : IClassFixture<LiveGateway>, IDisposable
{
    private static readonly HttpMethod Connect = new("CONNECT");

    private readonly SigningKey _key = SigningKey.Ec();

    [Theory]
    [InlineData("1.1", "GET")]
    [InlineData("2.0", "GET")]
    [InlineData("2.0", "CONNECT")]
    public async Task Handshake_with_a_proof_opens_a_WebSocket_that_goes_on_without(string version, string method)
    {
        var token = Token();
        using var socket = await OpenAsync("DPoP", token, Proof(token, new HttpMethod(method), version), version);

        for (var i = 0; i < 3; i++)
        {
            (await LiveGateway.EchoAsync(socket, $"message {i}")).ShouldBe($"message {i}");
        }
    }

    [Fact]
    public async Task Handshake_without_a_good_proof_is_rejected_before_the_upgrade()
    {
        var token = Token();
        var used = Proof(token, HttpMethod.Get, "1.1");
        using (await OpenAsync("DPoP", token, used, "1.1"))
        {
            // The proof is used once the handshake has passed.
        }

        foreach (var (scheme, proof, version) in new[]
        {
            ("DPoP", null, "1.1"),
            ("DPoP", used, "1.1"),
            ("DPoP", Proof(token, HttpMethod.Post, "1.1"), "1.1"),
            ("DPoP", Proof(token, HttpMethod.Get, "1.1", "ws"), "1.1"),
            ("DPoP", Proof(token, Connect, "1.1"), "1.1"),
            ("DPoP", Proof(token, HttpMethod.Put, "2.0"), "2.0"),
            ("Bearer", Proof(token, HttpMethod.Get, "1.1"), "1.1"),
        })
        {
            var fault = await Should.ThrowAsync<WebSocketException>(() => OpenAsync(scheme, token, proof, version));
            fault.Message.ShouldContain("401");
        }
    }

    public void Dispose() => _key.Dispose();

    private string Token() =>
        DpopGateway.Bound(
            live.Issuer, _key, token => token.With("exp", (live.Clock.GetUtcNow() + TimeSpan.FromMinutes(5)).ToUnixTimeSeconds()));

    private string Proof(string token, HttpMethod method, string version, string scheme = "http") =>
        new ProofBuilder(_key, live.Clock)
            .For(method, $"{Address(version).Replace("http", scheme, StringComparison.Ordinal)}/echo/socket", token)
            .Build();

    private string Address(string version) => version == "2.0" ? live.Gateway.Http2Address : live.Gateway.Address;

    private async Task<ClientWebSocket> OpenAsync(string scheme, string token, string? proof, string version)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Authorization", $"{scheme} {token}");
        socket.Options.SetRequestHeader("DPoP", proof);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(
            new Uri($"{Address(version).Replace("http:", "ws:", StringComparison.Ordinal)}/echo/socket"), version == "2.0" ? invoker : null,
            deadline.Token);
        return socket;
    }
}
