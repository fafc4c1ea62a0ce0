using System.Buffers;
using System.Text;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// UTF-8 that never fails. The server decodes header values before any stage of ours; where that fails on HTTP/2 it ends the connection, and
/// with it the requests of everybody whose proxy shares the connection. So a byte that may not be there becomes a control character, which
/// <see cref="RequestHeaders"/> rejects on its stream alone.
/// </summary>
internal sealed class RequestHeaderEncoding : UTF8Encoding
{
    public static readonly Encoding Instance = Create();

    private const char Rejected = '\u0001';

    // What the server itself looks for after the decoding, with the same consequence.
    private static readonly SearchValues<char> Fatal = SearchValues.Create("\0\r\n");

    private RequestHeaderEncoding()
        : base(encoderShouldEmitUTF8Identifier: false)
    {
    }

    public override unsafe int GetChars(byte* bytes, int byteCount, char* chars, int charCount)
    {
        var written = base.GetChars(bytes, byteCount, chars, charCount);
        new Span<char>(chars, written).ReplaceAny(Fatal, Rejected);
        return written;
    }

    private static Encoding Create()
    {
        var encoding = (Encoding)new RequestHeaderEncoding().Clone();
        encoding.DecoderFallback = new DecoderReplacementFallback(Rejected.ToString());
        return encoding;
    }
}
