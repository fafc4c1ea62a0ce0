using System.Net;
using System.Net.Sockets;
using Gateway.Host;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Host;

/// <summary>The memory of a load that is over is given back.</summary>
public sealed class MemoryReleaseTests
{
    private const string Line = "and its memory was collected";

    [Fact]
    public async Task Memory_of_many_connections_is_collected_once_after_they_are_closed()
    {
        await using var issuer = await FakeIssuer.StartAsync();
        await using var destination = await RecordingDestination.StartAsync();
        var clock = new ShiftedClock();
        await using var gateway = await TestGateway.StartAsync(TestGateway.Configuration(issuer, destination), clock);
        var sockets = new List<Socket>();
        for (var i = 0; i < LoadRelease.LeastFall + 10; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(gateway.Address).Port);
        }

        // Connections are accepted in order, so all of them have been when a later one gets its response.
        using var later = gateway.CreateClient(HttpVersion.Version11);
        (await later.GetAsync("/public/a")).StatusCode.ShouldBe(HttpStatusCode.OK);
        sockets.ForEach(socket => socket.Dispose());

        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(LoadRelease.Patience / 20);
                return gateway.Logs.Lines.Any(line => line.Contains(Line));
            },
            "the memory is collected");
    }
}
