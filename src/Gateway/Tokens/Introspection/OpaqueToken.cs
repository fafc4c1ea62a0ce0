using System.Buffers;
using System.Buffers.Text;
using Gateway.Jose;

namespace Gateway.Tokens.Introspection;

/// <summary>The form of tokens that say nothing to the gateway (RFC 6750 section 2.1) and are asked about at their issuer.</summary>
internal static class OpaqueToken
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    /// <summary>
    /// Whether it can be neither a signed nor an encrypted token: the first of their parts is a JSON object. The number of parts says
    /// nothing: some servers read a JWT with a dot behind it as that JWT, which would pass by the checks of the gateway. An opaque token
    /// may have dots too, such as the one in RFC 6750.
    /// </summary>
    public static bool Is(ReadOnlySpan<char> text) => text.IndexOf('.') is var dot && (dot < 0 || !IsObject(text[..dot]));

    /// <summary>The reason to reject it before the issuer is asked, or null.</summary>
    public static RejectionReason? CheckForm(ReadOnlySpan<char> text)
    {
        if (text.Length > CompactToken.MaxLength)
        {
            return RejectionReason.TooLarge;
        }

        var content = text.TrimEnd('=');
        return content.IsEmpty || content.ContainsAnyExcept(Alphabet) ? RejectionReason.Malformed : null;
    }

    private static bool IsObject(ReadOnlySpan<char> header)
    {
        // Longer than a JOSE header may be: not worth asking about.
        if (Base64Url.GetMaxDecodedLength(header.Length) > CompactToken.MaxHeaderLength)
        {
            return true;
        }

        Span<byte> json = stackalloc byte[CompactToken.MaxHeaderLength];
        return Base64Url.DecodeFromChars(header, json, out _, out var length) == OperationStatus.Done
            && json[..length].TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }
}
