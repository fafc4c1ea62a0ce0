using System.Net.WebSockets;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Pipeline.Connections;

namespace Gateway.Tests.Pipeline.Connections;

/// <summary>A stream that is told to end ends where its protocol allows, wherever the destination's bytes were cut in two.</summary>
public sealed class LiveStreamTests
{
    [Fact]
    public void WebSocket_ends_with_a_close_frame_after_a_whole_frame_wherever_it_is_told_to()
    {
        // Lengths in each of the three forms, and how many bytes come before the end is asked for.
        var cases = ArbMap.Default.GeneratorFor<int>().Select(seed => new Random(seed));

        Prop.ForAll(cases.ToArbitrary(), random => EndsWholeAsync(random).GetAwaiter().GetResult()).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Destination_that_closed_itself_gets_no_second_close_frame()
    {
        await using var stream = new LiveStream(new MemoryStream([0x88, 0]), new WebSocketFrames(), () => { });
        var buffer = new byte[100];
        (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)).ShouldBe(2);

        stream.End();

        (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_reaches_the_destination_once_it_is_told_to_end()
    {
        using var destination = new MemoryStream();
        await using var stream = new LiveStream(destination, new WebSocketFrames(), () => { });
        await stream.WriteAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);

        stream.End();
        await stream.WriteAsync(new byte[] { 2 }, TestContext.Current.CancellationToken);

        destination.ToArray().ShouldBe([1]);
    }

    private static async Task EndsWholeAsync(Random random)
    {
        var frames = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Frame(random)).ToArray();
        var sent = frames.SelectMany(frame => frame).ToArray();
        var ended = 0;
        await using var stream = new LiveStream(new MemoryStream(sent), new WebSocketFrames(), () => ended++);
        var received = new List<byte>();
        var endAfter = random.Next(sent.Length);
        var buffer = new byte[random.Next(40, 5000)];
        while (true)
        {
            if (received.Count >= endAfter)
            {
                stream.End();
            }

            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                break;
            }

            received.AddRange(buffer[..read]);
        }

        var boundaries = frames.Select((_, i) => frames.Take(i + 1).Sum(frame => frame.Length)).Prepend(0);
        var place = boundaries.First(boundary => received.Count - 31 == boundary || boundary == sent.Length);
        received.Take(place).ShouldBe(sent.Take(place));
        if (received.Count > place)
        {
            received.Skip(place).Take(4).ShouldBe(new byte[] { 0x88, 29, 0x03, 0xF0 });
            ((int)WebSocketCloseStatus.PolicyViolation).ShouldBe(0x03F0);
        }

        received.Count.ShouldBe(place + 31);
        ended.ShouldBe(1);
    }

    private static byte[] Frame(Random random)
    {
        var length = random.Next(4) switch { 0 => 0, 1 => random.Next(126), 2 => random.Next(126, 1000), _ => 65536 + random.Next(1000) };
        byte[] size = length switch
        {
            < 126 => [(byte)length],
            < 65536 => [126, (byte)(length >> 8), (byte)length],
            _ => [127, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        var payload = new byte[length];
        random.NextBytes(payload);
        return [0x82, .. size, .. payload];
    }
}
