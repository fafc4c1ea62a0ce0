using System.Text;
using System.Text.Json;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Tokens;

/// <summary>The key of a token, and the ring in which it was found.</summary>
internal sealed record TokenKey(string? KeyId, AlgorithmTraits Algorithm, VerificationKey Key, KeyRing Ring)
{
    /// <summary>
    /// This key in a later ring; null when the later ring would not use it for the token, so that the token must be verified again. If the
    /// issuer only adds a second key with the same <c>kid</c>, the earlier verification stays valid.
    /// </summary>
    public TokenKey? In(KeyRing ring) => ring.Find(KeyId, Algorithm) is { } found && found.Includes(Key)
        ? this with { Key = found.IsSameAs(Key) ? found : Key, Ring = ring }
        : null;
}

/// <summary>A token that has passed all checks except the signature. Its claims may be used only to reject it.</summary>
internal sealed class UnverifiedToken(IssuerProfile issuer, JsonElement claims, in RegisteredClaims registered, TokenKey key)
{
    private readonly RegisteredClaims _registered = registered;

    public IssuerProfile Issuer => issuer;

    public TokenKey Key => key;

    /// <param name="text">The signed token.</param>
    /// <param name="sent">The token as it came: an encrypted one, or the same.</param>
    public AccessToken ToAccessToken(ReadOnlySpan<char> text, ReadOnlySpan<char> sent) =>
        Describe(text, issuer, claims, _registered, key.Algorithm, sent);

    /// <summary>The claims of the token before its signature is verified. Use them for explanations only.</summary>
    /// <param name="text">The signed token; empty for an opaque one.</param>
    /// <param name="sent">The token as it came, where it is another.</param>
    public static AccessToken Describe(
        ReadOnlySpan<char> text, IssuerProfile issuer, JsonElement claims, in RegisteredClaims registered, AlgorithmTraits? algorithm,
        ReadOnlySpan<char> sent = default)
    {
        var signed = AsciiOf(text);
        return new AccessToken
        {
            Text = sent.IsEmpty || sent == text ? signed : AsciiOf(sent),
            Signed = signed,
            Algorithm = algorithm,
            Issuer = issuer,
            Subject = registered.Subject,
            TokenId = registered.TokenId,
            ClientId = registered.ClientId,
            SessionId = registered.SessionId,
            Scopes = registered.Scopes,
            Binding = registered.Binding,
            IssuedAt = registered.IssuedAt,
            ExpiresAt = registered.ExpiresAt,
            Claims = claims,
        };
    }

    private static byte[] AsciiOf(ReadOnlySpan<char> text)
    {
        var ascii = new byte[text.Length];
        Encoding.ASCII.GetBytes(text, ascii);
        return ascii;
    }
}
