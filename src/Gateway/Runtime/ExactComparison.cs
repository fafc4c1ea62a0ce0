using System.Buffers;
using System.Text.Json;

namespace Gateway.Runtime;

/// <summary>
/// Compares two objects of a configuration with all that they contain. YARP's own comparison ignores the case of paths and addresses, and
/// some members.
/// </summary>
internal sealed class ExactComparison : IDisposable
{
    private readonly ArrayBufferWriter<byte> _one = new();
    private readonly ArrayBufferWriter<byte> _other = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null);

    public bool AreSame<T>(T one, T other)
    {
        Write(one, _one);
        Write(other, _other);
        return _one.WrittenSpan.SequenceEqual(_other.WrittenSpan);
    }

    public void Dispose() => _writer.Dispose();

    private void Write<T>(T value, ArrayBufferWriter<byte> text)
    {
        text.ResetWrittenCount();
        _writer.Reset(text);
        JsonSerializer.Serialize(_writer, value);
        _writer.Flush();
    }
}
