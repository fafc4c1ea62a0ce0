namespace Gateway.Pipeline.Connections;

/// <summary>
/// What comes from the destination, until it is told to end: then it ends as if the destination had ended it, so that the proxy finishes
/// the response in order. A WebSocket ends at the boundary of a frame, with a close frame from the gateway.
/// </summary>
/// <param name="inner">The destination's stream; both ways for a WebSocket.</param>
/// <param name="frames">Follows a WebSocket's frames; null when the stream may end anywhere.</param>
/// <param name="ended">Called once, by the reader, when the stream ends at our word.</param>
internal sealed class LiveStream(Stream inner, WebSocketFrames? frames, Action ended) : Stream
{
    // FIN and opcode 8, a payload of 29 bytes, 1008 (policy violation, RFC 6455 section 7.4.1), and why. A server's frames are not masked.
    private static readonly byte[] CloseFrame = [0x88, 29, 0x03, 0xF0, .. "The access token has ended."u8];

    private readonly CancellationTokenSource _reading = new();
    private readonly Lock _lock = new();
    private CancellationTokenRegistration _callers;
    private bool _isEnding;
    private bool _hasEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Nothing new passes from now on, in either direction; what is left of a frame still does.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnding = true;
            if (frames is { IsAtBoundary: false })
            {
                return;
            }
        }

        // What waits for the read goes on elsewhere than here.
        _ = _reading.CancelAsync();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_callers == default)
        {
            // The proxy reads with one token from first to last.
            _callers = cancellationToken.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading);
        }

        if (MayEnd())
        {
            return Last(buffer.Span);
        }

        int read;
        try
        {
            read = await inner.ReadAsync(buffer, _reading.Token);
        }
#pragma warning disable CA1031 // However the read that End broke off fails, the stream ends.
        catch (Exception) when (MayEnd() && !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return Last(buffer.Span);
        }

        // Nothing is asked for by an empty buffer, and the end is the destination's own when a read of more brings nothing.
        return read == 0 ? 0 : Pass(buffer.Span[..read], buffer.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Volatile.Read(ref _isEnding) ? ValueTask.CompletedTask : inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _callers.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool MayEnd()
    {
        lock (_lock)
        {
            return _isEnding && frames is not { IsAtBoundary: false };
        }
    }

    private int Pass(ReadOnlySpan<byte> read, Span<byte> buffer)
    {
        lock (_lock)
        {
            if (!_isEnding || frames is { IsAtBoundary: false })
            {
                return frames?.Advance(read, toBoundary: _isEnding) ?? read.Length;
            }
        }

        return Last(buffer);
    }

    private int Last(Span<byte> buffer)
    {
        // A wait for the next byte, with an empty buffer, is over; the read that follows brings the end.
        if (buffer.IsEmpty || _hasEnded)
        {
            return 0;
        }

        _hasEnded = true;
        ended();
        if (frames is null or { HasClosed: true } || buffer.Length < CloseFrame.Length)
        {
            return 0;
        }

        CloseFrame.CopyTo(buffer);
        return CloseFrame.Length;
    }
}
