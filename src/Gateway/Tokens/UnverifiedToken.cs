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

    public AccessToken ToAccessToken(ReadOnlySpan<char> text) => Describe(text, issuer, claims, _registered, key.Algorithm);

    /// <summary>The claims of the token before its signature is verified. Use them for explanations only.</summary>
    public static AccessToken Describe(
        ReadOnlySpan<char> text, IssuerProfile issuer, JsonElement claims, in RegisteredClaims registered, AlgorithmTraits algorithm) => new()
        {
            Text = AsciiOf(text),
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

    private static byte[] AsciiOf(ReadOnlySpan<char> text)
    {
        var ascii = new byte[text.Length];
        Encoding.ASCII.GetBytes(text, ascii);
        return ascii;
    }
}
