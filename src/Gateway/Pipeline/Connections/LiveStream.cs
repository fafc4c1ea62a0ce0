using Gateway.Foundation;

namespace Gateway.Pipeline.Connections;

/// <summary>
/// The destination's stream, which the gateway can end. It then ends as if the destination had ended it, so that the proxy completes the
/// response. A WebSocket ends at the boundary of a frame, with a close frame from the gateway.
/// </summary>
/// <param name="inner">The destination's stream; for a WebSocket in both directions.</param>
/// <param name="frames">Tracks the frames of a WebSocket; null when the stream may end anywhere.</param>
/// <param name="ended">Called once, by the reader, when the gateway has ended the stream.</param>
internal sealed class LiveStream(Stream inner, WebSocketFrames? frames, Action ended) : ForwardOnlyStream
{
    // FIN and opcode 8, a payload of 29 bytes, code 1008 (policy violation, RFC 6455 section 7.4.1), and a text. Servers do not mask
    // frames.
    private static readonly byte[] CloseFrame = [0x88, 29, 0x03, 0xF0, .. "The access token has ended."u8];

    // Ends a pending read. The source of the proxy's own token cannot be used, because it would cancel the whole request.
    private readonly CancellationTokenSource _reading = new();
    // Keeps _isEnding and the boundary of frames consistent: End decides by both, while the reader advances the frames.
    private readonly Lock _lock = new();
    private CancellationTokenRegistration _callers;
    private bool _isEnding;
    private bool _hasEnded;

    public override bool CanWrite => inner.CanWrite;

    /// <summary>Stops both directions. The rest of a frame that has begun is still forwarded.</summary>
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

        // CancelAsync runs the continuations on other threads, so they cannot block the sweep.
        _ = _reading.CancelAsync();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_callers == default)
        {
            // The proxy passes the same cancellation token to all reads.
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
#pragma warning disable CA1031 // End cancels a pending read, which may fail with any exception.
        catch (Exception) when (MayEnd() && !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return Last(buffer.Span);
        }

        // A read into an empty buffer returns 0 without being the end; other reads of 0 are the end by the destination.
        return read == 0 ? 0 : Pass(buffer.Span[..read], buffer.Span);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        // What the client sends after the end is dropped: the destination must not act on it.
        Volatile.Read(ref _isEnding) ? ValueTask.CompletedTask : inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _callers.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>True when the gateway has ended the stream and no frame is half forwarded.</summary>
    private bool MayEnd()
    {
        lock (_lock)
        {
            return _isEnding && frames is not { IsAtBoundary: false };
        }
    }

    /// <summary>Hands on what was read; while the stream ends, only up to the next boundary of a frame.</summary>
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

    /// <summary>Writes the close frame once, then reports the end of the stream.</summary>
    private int Last(Span<byte> buffer)
    {
        // An empty buffer only waits for data; the next read returns the close frame.
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
