using System.Threading.Tasks.Sources;

namespace Gateway.Benchmarks.Operations;

/// <summary>The proxy's connection to a destination that has answered as soon as the request is written.</summary>
internal sealed class MemoryDestination : Stream, IValueTaskSource<int>
{
    private static readonly byte[] Answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\r\nok"u8.ToArray();

    private ManualResetValueTaskSourceCore<int> _reading;
    private Memory<byte> _buffer;
    private bool _isReading;
    private bool _isAnswerDue;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!buffer.Span.EndsWith("\r\n\r\n"u8))
        {
            throw new InvalidOperationException("A request without a body is written in one piece.");
        }

        // A read into no bytes only asks to be woken; the answer is still to be read.
        _isAnswerDue = !_isReading || _buffer.IsEmpty;
        if (_isReading)
        {
            _isReading = false;
            _reading.SetResult(_isAnswerDue ? 0 : Copied(_buffer));
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isAnswerDue)
        {
            _isAnswerDue = buffer.IsEmpty;
            return ValueTask.FromResult(buffer.IsEmpty ? 0 : Copied(buffer));
        }

        // The client reads ahead on a connection that it is about to use again.
        _reading.Reset();
        (_buffer, _isReading) = (buffer, true);
        return new ValueTask<int>(this, _reading.Version);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public int GetResult(short token) => _reading.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _reading.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _reading.OnCompleted(continuation, state, token, flags);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static int Copied(Memory<byte> buffer)
    {
        Answer.CopyTo(buffer);
        return Answer.Length;
    }
}
