using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Gateway.Revocation;

/// <summary>
/// The name of an entry as the first 101 bits of a SHA-256 over kind, issuer and value. It has a fixed size for values of any length, and
/// collisions are infeasible. The other bits of the 128 hold the kind and the expiry.
/// </summary>
internal readonly record struct RevocationKey(ulong High, ulong Low)
{
    /// <summary>The bits of <see cref="Low"/> that belong to the key.</summary>
    public const ulong LowMask = ~((1UL << 27) - 1);

    private const int TextBytes = 13;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RevocationKey key)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        bytes.Clear();
        key = default;
        if (text.Length != Base64Url.GetEncodedLength(TextBytes)
            || Base64Url.DecodeFromChars(text, bytes[..TextBytes], out _, out var written) != OperationStatus.Done || written != TextBytes)
        {
            return false;
        }

        key = new RevocationKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));
        return (key.Low & ~LowMask) == 0;
    }

    public static RevocationKey Of(RevocationKind kind, string issuer, ReadOnlySpan<char> value)
    {
        const int prefixLength = 5;
        var issuerBytes = MemoryMarshal.AsBytes(issuer.AsSpan());
        var valueBytes = MemoryMarshal.AsBytes(value);
        var length = prefixLength + issuerBytes.Length + valueBytes.Length;
        Span<byte> name = length <= 1024 ? stackalloc byte[length] : new byte[length];
        name[0] = (byte)kind;
        // The length keeps "a" + "bc" apart from "ab" + "c".
        BinaryPrimitives.WriteInt32LittleEndian(name[1..], issuer.Length);
        issuerBytes.CopyTo(name[prefixLength..]);
        valueBytes.CopyTo(name[(prefixLength + issuerBytes.Length)..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, digest);
        return new RevocationKey(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]) & LowMask);
    }

    /// <summary>The digest in base64url. A replica knows a name only by this digest.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], Low);
        return Base64Url.EncodeToString(bytes[..TextBytes]);
    }
}
