using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Gateway.Jose;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// The digests of the names by which a token can be revoked. Only kinds of which the list has ever held an entry are hashed, to save time.
/// </summary>
internal sealed class RevocationKeys
{
    /// <summary>The kinds that are hashed here.</summary>
    public RevocationKinds Kinds { get; private init; }

    public RevocationKey? TokenId { get; private init; }

    public RevocationKey? TokenHash { get; private init; }

    /// <summary>
    /// The hash of the token's second form (<see cref="EcdsaTwin"/>), if its algorithm has one; of the signed token in an encrypted one.
    /// </summary>
    public RevocationKey? TwinHash { get; private init; }

    /// <summary>The hash of the second form of the signed token in an encrypted one.</summary>
    public RevocationKey? InnerTwinHash { get; private init; }

    public RevocationKey? Subject { get; private init; }

    public RevocationKey? Session { get; private init; }

    public RevocationKey? Client { get; private init; }

    public RevocationKey? Issuer { get; private init; }

    public static RevocationKeys Of(AccessToken token, RevocationKinds kinds)
    {
        return new RevocationKeys
        {
            Kinds = kinds,
            TokenId = KeyOf(RevocationKind.Jti, token.TokenId),
            TokenHash = kinds.Has(RevocationKind.Token) ? KeyOf(RevocationKind.Token, HashOf(token.Text)) : null,
            TwinHash = KeyOfText(IsEncrypted(token) ? token.Signed : TwinOf(token)),
            InnerTwinHash = IsEncrypted(token) ? KeyOfText(TwinOf(token)) : null,
            Subject = KeyOf(RevocationKind.Sub, token.Subject),
            Session = KeyOf(RevocationKind.Sid, token.SessionId),
            Client = KeyOf(RevocationKind.Client, token.ClientId),
            Issuer = KeyOf(RevocationKind.Issuer, token.Issuer.Issuer),
        };

        RevocationKey? KeyOf(RevocationKind kind, string? value) =>
            value is null || !kinds.Has(kind) ? null : RevocationKey.Of(kind, token.Issuer.Issuer, value);

        RevocationKey? KeyOfText(byte[]? text) =>
            text is null || !kinds.Has(RevocationKind.Token) ? null : KeyOf(RevocationKind.Token, HashOf(text));
    }

    private static bool IsEncrypted(AccessToken token) => !ReferenceEquals(token.Signed, token.Text) && token.Signed.Length > 0;

    private static byte[]? TwinOf(AccessToken token) => token.Algorithm is { } algorithm ? EcdsaTwin.Of(token.Signed, algorithm) : null;

    /// <summary>The value of a <see cref="RevocationKind.Token"/> entry: base64url of the SHA-256 of the compact token.</summary>
    public static string HashOf(ReadOnlySpan<byte> ascii)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii, digest);
        return Base64Url.EncodeToString(digest);
    }

    /// <summary>True when the text can be such a hash: 32 bytes in canonical base64url.</summary>
    public static bool IsHash(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        return text.Length == Base64Url.GetEncodedLength(SHA256.HashSizeInBytes)
            && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromChars(text, digest, out _)
            && Base64Url.EncodeToString(digest) == text;
    }

    public static string HashOf(string token) => HashOf(Encoding.ASCII.GetBytes(token));
}
