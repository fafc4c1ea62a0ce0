using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Gateway.Jose;

/// <summary>The claims that the checks of a token read.</summary>
internal enum ClaimName
{
    Iss,
    Aud,
    Exp,
    Nbf,
    Iat,
    Sub,
    Jti,
    Sid,
    Cnf,
    Scope,
    Scp,
    ClientId,
    Azp,
    AppId,
    Cid,
    AtHash,
    CHash,
    SHash,
    Events,
    Typ,
    TokenUse,
    TokenType,
    Type,
    TokenKind,
    TokType,
    TokenName,
    Tty,
    Nonce,
    Uid,
    Tid,
    Oid,
    Ver,
}

/// <summary>Finds a claim by its name in the token.</summary>
internal static class ClaimNames
{
    public const int Count = (int)ClaimName.Ver + 1;

    /// <summary>
    /// The length of the longest name when each of its characters is escaped as <c>\u</c> and four digits. Clients choose the names of
    /// claims, so longer ones are not unescaped.
    /// </summary>
    public const int MaxEscapedLength = 6 * 10;

    // Bytes of a name that are compared as one number.
    private const int StartLength = sizeof(ulong);

    // In the order of ClaimName.
    private static readonly ImmutableArray<string> Texts =
    [
        "iss", "aud", "exp", "nbf", "iat", "sub", "jti", "sid", "cnf", "scope", "scp", "client_id", "azp", "appid", "cid",
        "at_hash", "c_hash", "s_hash", "events", "typ", "token_use", "token_type", "type", "token_kind", "tok_type", "tokenName", "tty",
        "nonce", "uid", "tid", "oid", "ver",
    ];

    private static readonly ImmutableArray<byte[]> Names = [.. Texts.Select(Encoding.ASCII.GetBytes)];

    // No two names share their first 8 bytes, so one vectorized search leaves at most one name to compare.
    private static readonly ulong[] Starts = [.. Names.Select(name => StartOf(name))];

    public static string TextOf(ClaimName name) => Texts[(int)name];

    /// <summary>The position of the name in <see cref="ClaimName"/>; -1 for other claims.</summary>
    public static int IndexOf(ReadOnlySpan<byte> name)
    {
        var index = Starts.AsSpan().IndexOf(StartOf(name));
        return index >= 0 && name.SequenceEqual(Names[index]) ? index : -1;
    }

    /// <summary>The first bytes as a number, with zeros behind a shorter name. No claim name in the table contains a zero byte.</summary>
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
