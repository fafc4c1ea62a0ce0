using System.Buffers.Text;
using System.Text;
using Gateway.Testing;

namespace Gateway.Tests.Tokens;

/// <summary>Tokens out of bytes: for headers and payloads that are no text, and signatures that no library makes.</summary>
internal static class SignedToken
{
    public static string Of(ReadOnlySpan<byte> header, ReadOnlySpan<byte> claims, Func<byte[], byte[]> sign)
    {
        var input = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{input}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(input)))}";
    }

    public static string Of(ReadOnlySpan<byte> header, ReadOnlySpan<byte> claims) =>
        Of(header, claims, input => TestKeys.Rsa.Sign("RS256", input));

    /// <summary>The token's header and claims with another signature.</summary>
    public static string Of(TokenBuilder token, Func<byte[], byte[]> sign) => Of(HeaderOf(token), ClaimsOf(token), sign);

    public static byte[] HeaderOf(TokenBuilder token) => Encoding.UTF8.GetBytes(token.Header.ToJsonString());

    public static byte[] ClaimsOf(TokenBuilder token) => Encoding.UTF8.GetBytes(token.Claims.ToJsonString());
}
