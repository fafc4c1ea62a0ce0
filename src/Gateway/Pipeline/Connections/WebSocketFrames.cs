using System.Buffers.Binary;

namespace Gateway.Pipeline.Connections;

/// <summary>
/// Finds the boundaries of WebSocket frames in the forwarded bytes (RFC 6455 section 5.2). The gateway may insert a close frame only at a
/// boundary. Between the fragments of a message is allowed (section 5.4), after another close frame is not (section 5.5.1).
/// </summary>
internal sealed class WebSocketFrames
{
    private const int CloseOpcode = 8;
    // Bytes: 2, up to 8 of the length, 4 of the mask.
    private const int MaxHeader = 14;

    private readonly byte[] _header = new byte[MaxHeader];
    private int _headerLength;
    private ulong _payloadLeft;

    public bool IsAtBoundary => _headerLength == 0 && _payloadLeft == 0;

    /// <summary>True when a close frame has begun.</summary>
    public bool HasClosed { get; private set; }

    /// <summary>
    /// Reads the bytes. Returns their number up to the first boundary, or all of them if <paramref name="toBoundary"/> is false.
    /// </summary>
    public int Advance(ReadOnlySpan<byte> bytes, bool toBoundary)
    {
        var place = 0;
        while (place < bytes.Length)
        {
            if (_payloadLeft > 0)
            {
                var passed = (int)Math.Min(_payloadLeft, (ulong)(bytes.Length - place));
                _payloadLeft -= (ulong)passed;
                place += passed;
            }
            else
            {
                _header[_headerLength++] = bytes[place++];
                TakeHeader();
            }

            if (toBoundary && IsAtBoundary)
            {
                break;
            }
        }

        return place;
    }

    /// <summary>Reads the header as far as it has come. When it is complete, the length of the payload is known.</summary>
    private void TakeHeader()
    {
        if (_headerLength < 2)
        {
            HasClosed |= (_header[0] & 0x0F) == CloseOpcode;
            return;
        }

        var length = _header[1] & 0x7F;
        var lengthBytes = length switch { 126 => sizeof(ushort), 127 => sizeof(ulong), _ => 0 };
        var maskBytes = (_header[1] & 0x80) == 0 ? 0 : sizeof(uint);
        if (_headerLength < 2 + lengthBytes + maskBytes)
        {
            return;
        }

        _payloadLeft = lengthBytes switch
        {
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            sizeof(ulong) => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
            _ => (ulong)length,
        };
        _headerLength = 0;
    }
}
