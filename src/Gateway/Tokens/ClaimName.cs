using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Gateway.Tokens;

/// <summary>The claims that the gateway reads by their name, each a place in <see cref="KnownClaims"/>.</summary>
internal enum ClaimName
{
    Issuer,
    Audience,
    ExpiresAt,
    NotBefore,
    IssuedAt,
    Subject,
    TokenId,
    SessionId,
    Confirmation,
    Scope,
    Scp,
    ClientId,
    AuthorizedParty,
    AppId,
    Cid,
    AccessTokenHash,
    CodeHash,
    StateHash,
    Events,
    Typ,
    TokenUse,
    TokenType,
    Type,
    TokenKind,
}

/// <summary>How each is spelt in a token.</summary>
internal static class ClaimNames
{
    private const int StartLength = sizeof(ulong);

    private static readonly ImmutableArray<string> Texts =
    [
        "iss", "aud", "exp", "nbf", "iat", "sub", "jti", "sid", "cnf", "scope", "scp", "client_id", "azp", "appid", "cid",
        "at_hash", "c_hash", "s_hash", "events", "typ", "token_use", "token_type", "type", "token_kind",
    ];

    private static readonly ImmutableArray<byte[]> Names = [.. Texts.Select(Encoding.ASCII.GetBytes)];

    // No two start alike, so one comparison of many at once leaves at most one name to compare.
    private static readonly ulong[] Starts = [.. Names.Select(name => StartOf(name))];

    public static int Count => Texts.Length;

    public static string TextOf(ClaimName name) => Texts[(int)name];

    /// <summary>-1 when we do not know it.</summary>
    public static int IndexOf(ReadOnlySpan<byte> name)
    {
        var index = Starts.AsSpan().IndexOf(StartOf(name));
        return index >= 0 && name.SequenceEqual(Names[index]) ? index : -1;
    }

    private static ulong StartOf(ReadOnlySpan<byte> name)
    {
        if (name.Length >= StartLength)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(name);
        }

        Span<byte> padded = stackalloc byte[StartLength];
        padded.Clear();
        name.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded);
    }
}
