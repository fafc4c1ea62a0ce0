using System.Buffers;
using System.Text;

namespace Gateway.Pipeline.Hygiene;

/// <summary>
/// UTF-8 decoding that never fails. Kestrel decodes header values before the first stage. On HTTP/2 an error would end the connection, also
/// for other clients whose proxy shares it. Therefore an invalid byte becomes a control character, for which <see cref="RequestHeaders"/>
/// rejects only this request.
/// </summary>
internal sealed class RequestHeaderEncoding : UTF8Encoding
{
    public static readonly Encoding Instance = Create();

    // A control character, which no valid header value has.
    private const char Rejected = '\u0001';

    // Kestrel ends the connection for these characters after decoding.
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
