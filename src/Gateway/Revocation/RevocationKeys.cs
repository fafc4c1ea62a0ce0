using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// What an entry names, as half a SHA-256 over kind, issuer and value: 16 bytes whatever the length of the value, and no two names
/// alike for anybody who cannot break the hash.
/// </summary>
internal readonly record struct RevocationKey(ulong High, ulong Low)
{
    public static RevocationKey Of(RevocationKind kind, string issuer, ReadOnlySpan<char> value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> prefix = stackalloc byte[5];
        prefix[0] = (byte)kind;
        // The length keeps "a" + "bc" apart from "ab" + "c".
        BinaryPrimitives.WriteInt32LittleEndian(prefix[1..], issuer.Length);
        hash.AppendData(prefix);
        hash.AppendData(MemoryMarshal.AsBytes(issuer.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(value));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new RevocationKey(BinaryPrimitives.ReadUInt64LittleEndian(digest), BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]));
    }
}

/// <summary>The names by which one token can be revoked, hashed once when it is verified.</summary>
internal readonly struct RevocationKeys
{
    public RevocationKey? TokenId { get; private init; }

    public RevocationKey TokenHash { get; private init; }

    public RevocationKey? Subject { get; private init; }

    public RevocationKey? Session { get; private init; }

    public RevocationKey? Client { get; private init; }

    public RevocationKey Issuer { get; private init; }

    public static RevocationKeys Of(string issuer, in RegisteredClaims claims, ReadOnlySpan<char> token) => new()
    {
        TokenId = Of(RevocationKind.Jti, issuer, claims.TokenId),
        TokenHash = RevocationKey.Of(RevocationKind.Token, issuer, HashOf(token)),
        Subject = Of(RevocationKind.Sub, issuer, claims.Subject),
        Session = Of(RevocationKind.Sid, issuer, claims.SessionId),
        Client = Of(RevocationKind.Client, issuer, claims.ClientId),
        Issuer = RevocationKey.Of(RevocationKind.Issuer, issuer, issuer),
    };

    /// <summary>The value of a <see cref="RevocationKind.Token"/> entry: base64url of the SHA-256 of the compact token.</summary>
    public static string HashOf(ReadOnlySpan<char> token)
    {
        Span<byte> ascii = stackalloc byte[CompactToken.MaxLength];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(token, ascii)], digest);
        return Base64Url.EncodeToString(digest);
    }

    private static RevocationKey? Of(RevocationKind kind, string issuer, string? value) =>
        value is null ? null : RevocationKey.Of(kind, issuer, value);
}
