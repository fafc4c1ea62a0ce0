using Gateway.Foundation;

namespace Gateway.Pipeline.Proxy;

/// <summary>Records whether reading of a request's body has begun. A body that was read cannot be sent a second time.</summary>
internal sealed class WatchedBody(Stream inner) : ForwardOnlyStream
{
    public bool IsRead { get; private set; }

    public override int Read(byte[] buffer, int offset, int count) => Watched().Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Watched().ReadAsync(buffer, cancellationToken);

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
        Watched().CopyToAsync(destination, bufferSize, cancellationToken);

    public override void Flush()
    {
    }

    private Stream Watched()
    {
        IsRead = true;
        return inner;
    }
}
