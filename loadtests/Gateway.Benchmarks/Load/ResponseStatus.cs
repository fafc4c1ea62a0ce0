using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Gateway.Benchmarks.Load;

/// <summary>Reads of an HTTP/1.1 response what a load driver needs: whether it is complete, and its status.</summary>
internal static class ResponseStatus
{
    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Length => "Content-Length:"u8;

    /// <summary>0 while the response is not complete.</summary>
    public static int Read(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf(EndOfHead);
        if (end < 0)
        {
            return 0;
        }

        if (!Utf8Parser.TryParse(received[9..12], out int status, out _))
        {
            throw new InvalidDataException("A response has no status.");
        }

        var length = status == (int)HttpStatusCode.SwitchingProtocols ? 0 : ContentLength(received[..end]);
        return received.Length >= end + EndOfHead.Length + length ? status : 0;
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        for (var at = head.IndexOf((byte)'\n'); at >= 0; at = head.IndexOf((byte)'\n'))
        {
            head = head[(at + 1)..];
            if (head.Length > Length.Length && Ascii.EqualsIgnoreCase(head[..Length.Length], Length)
                && Utf8Parser.TryParse(head[Length.Length..].TrimStart((byte)' '), out int length, out _))
            {
                return length;
            }
        }

        throw new InvalidDataException("A response has no Content-Length.");
    }
}
