using Gateway.Authentication;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Authentication;

/// <summary>Tokens among the offered WebSocket subprotocols.</summary>
public sealed class ConnectionTokensTests
{
    [Theory]
    [InlineData("bearer, T, chat", "chat", "bearer")]
    [InlineData("chat, bearer, T, workload, W", "chat", "workload")]
    [InlineData("bearer, workload, W", "", "workload")]
    [InlineData("bearer, bearer, T", "", "bearer")]
    [InlineData("chat, bearer", "chat", "bearer")]
    public void Tokens_of_all_sources_are_removed_also_where_one_marker_follows_another(string offered, string kept, string marker)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.SecWebSocketProtocol = offered;

        new ConnectionTokens(["bearer", "workload"], []).Remove(request, isWebSocket: true).ShouldBe(marker);

        request.Headers.SecWebSocketProtocol.ToString().ShouldBe(kept);
    }
}
