using Gateway.Foundation;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>A body of a given length that takes no memory.</summary>
internal sealed class GeneratedStream(long length) : ForwardOnlyStream
{
    private long _left = length;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, _left);
        buffer.Span[..count].Fill((byte)'x');
        _left -= count;
        return new ValueTask<int>(count);
    }
}
