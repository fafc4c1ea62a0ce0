using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gateway.Revocation;

/// <summary>The length and the SHA-256 of a chunk.</summary>
internal readonly record struct SnapshotPart(int Length, ReadOnlyMemory<byte> Hash);

/// <summary>
/// The head of a snapshot of the revocation list, which names its chunks. docs/revocation-snapshot.md describes each byte and is a public
/// contract. All numbers are big-endian.
/// </summary>
/// <param name="Id">A random name, which the keys of the chunks have too. Two writers cannot mix their chunks.</param>
/// <param name="WrittenAt">Unix milliseconds.</param>
/// <param name="Anchor">The snapshot contains all entries of the log up to this one; a reader reads on from it.</param>
/// <param name="ExpiredUntil">The minute before which entries were left out as expired.</param>
/// <param name="Vocabulary">The <see cref="RevocationFields.Vocabulary"/> of the writer.</param>
/// <param name="Skipped">The number of entries that the writer could not read, at most <see cref="uint.MaxValue"/>.</param>
/// <param name="Records">The number of records in all chunks.</param>
internal sealed record SnapshotHead(
    Guid Id, long WrittenAt, LogAnchor Anchor, int ExpiredUntil, int Vocabulary, long Skipped, long Records,
    IReadOnlyList<SnapshotPart> Parts)
{
    public const int Version = 1;

    /// <summary>The largest head that is read: 100 million entries have one of 720 KB.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const int FixedLength = 132;
    private const int PartLength = sizeof(uint) + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "GWREVSET"u8;

    public byte[] ToBytes()
    {
        var head = new byte[FixedLength + (Parts.Count * PartLength) + SHA256.HashSizeInBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)Vocabulary);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(12), (uint)head.Length);
        Id.TryWriteBytes(head.AsSpan(16), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(32), WrittenAt);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(40), Anchor.Id.First);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(48), Anchor.Id.Second);
        SnapshotChunk.WriteName(head.AsSpan(56), Anchor.Name, Anchor.Kind, 0);
        head[69] = (byte)Anchor.Operation;
        head[70] = Anchor.Before is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(72), Anchor.Expires);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(80), Anchor.Before ?? 0);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(88), Anchor.End.First);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(96), Anchor.End.Second);
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(104), Anchor.EndExpires);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(112), (uint)ExpiredUntil);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(116), (uint)Math.Min(Skipped, uint.MaxValue));
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(120), (ulong)Records);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(128), (uint)Parts.Count);
        for (var i = 0; i < Parts.Count; i++)
        {
            var part = head.AsSpan(FixedLength + (i * PartLength), PartLength);
            BinaryPrimitives.WriteUInt32BigEndian(part, (uint)Parts[i].Length);
            Parts[i].Hash.Span.CopyTo(part[sizeof(uint)..]);
        }

        SHA256.HashData(head.AsSpan(..^SHA256.HashSizeInBytes), head.AsSpan(^SHA256.HashSizeInBytes..));
        return head;
    }

    /// <summary>Reads what <see cref="ToBytes"/> writes. The magic, the length and the checksum are the same in all versions.</summary>
    /// <exception cref="InvalidDataException">It cannot be used; the message says why.</exception>
    public static SnapshotHead Read(ReadOnlySpan<byte> head)
    {
        if (head.Length is < FixedLength + SHA256.HashSizeInBytes or > MaxLength || !head.StartsWith(Magic))
        {
            throw new InvalidDataException("it is not a snapshot, is truncated, or is too long");
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(head[..^SHA256.HashSizeInBytes], hash);
        if (BinaryPrimitives.ReadUInt32BigEndian(head[12..]) != (uint)head.Length || !head.EndsWith(hash))
        {
            throw new InvalidDataException("its head is damaged");
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(head[8..]) is var version and not Version)
        {
            throw new InvalidDataException($"it is of version {version}; this gateway reads version {Version}");
        }

        var count = BinaryPrimitives.ReadUInt32BigEndian(head[128..]);
        if (count != (head.Length - FixedLength - SHA256.HashSizeInBytes) / PartLength
            || head.Length != FixedLength + (count * PartLength) + SHA256.HashSizeInBytes)
        {
            throw new InvalidDataException("its number of chunks is wrong");
        }

        var parts = new SnapshotPart[count];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = head.Slice(FixedLength + (i * PartLength), PartLength);
            var length = BinaryPrimitives.ReadUInt32BigEndian(part);
            parts[i] = length is > 0 and <= SnapshotChunk.MaxLength
                ? new SnapshotPart((int)length, part[sizeof(uint)..].ToArray())
                : throw new InvalidDataException("the length of a chunk is out of range");
        }

        return new SnapshotHead(
            new Guid(head.Slice(16, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64BigEndian(head[32..]),
            ReadAnchor(head[40..112]),
            (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head[112..]), int.MaxValue),
            BinaryPrimitives.ReadUInt16BigEndian(head[10..]),
            BinaryPrimitives.ReadUInt32BigEndian(head[116..]),
            (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(head[120..]), long.MaxValue),
            parts);
    }

    private static LogAnchor ReadAnchor(ReadOnlySpan<byte> anchor)
    {
        var (name, kind, _) = SnapshotChunk.ReadName(anchor[16..32]);
        if (!Enum.IsDefined(kind) || anchor[29] > 1 || anchor[30] > 1 || anchor[31] != 0)
        {
            throw new InvalidDataException("it is of a newer version: its anchor is of an unknown kind");
        }

        return new LogAnchor(
            new LogPosition(BinaryPrimitives.ReadUInt64BigEndian(anchor), BinaryPrimitives.ReadUInt64BigEndian(anchor[8..])),
            name,
            kind,
            (RevocationOperation)anchor[29],
            BinaryPrimitives.ReadInt64BigEndian(anchor[32..]),
            anchor[30] == 0 ? null : BinaryPrimitives.ReadInt64BigEndian(anchor[40..]),
            new LogPosition(BinaryPrimitives.ReadUInt64BigEndian(anchor[48..]), BinaryPrimitives.ReadUInt64BigEndian(anchor[56..])),
            BinaryPrimitives.ReadInt64BigEndian(anchor[64..]));
    }
}
