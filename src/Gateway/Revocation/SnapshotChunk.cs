using System.Buffers.Binary;

namespace Gateway.Revocation;

/// <summary>The tables of the list, in the order in which a snapshot has them. The numbers are part of its format.</summary>
internal enum SnapshotTable : byte
{
    /// <summary>Revoked tokens (<c>jti</c>, <c>token</c>): 16 bytes a record.</summary>
    Tokens,

    /// <summary>Revoked subjects, sessions, clients and issuers, with their cut-off: 24 bytes a record.</summary>
    Groups,

    /// <summary>Names that were restored, also when they were revoked again later: 16 bytes a record.</summary>
    Restored,
}

/// <summary>A chunk of a snapshot: one byte for the table, then records.</summary>
internal static class SnapshotChunk
{
    /// <summary>The largest chunk that is read.</summary>
    public const int MaxLength = 1024 * 1024;

    // Small enough for a call to Redis that delays no other by more than a millisecond, and for the heap of small objects.
    private const int WrittenLength = 80_000;
    private const int NameLength = 2 * sizeof(ulong);
    private const int MinuteBits = 24;
    private const ulong MinuteMask = (1 << MinuteBits) - 1;

    /// <summary>
    /// The chunks of the set. The set may change meanwhile: a chunk then has a name as it was at some time since the start. A reader
    /// replays the log from the start, which sets right every name that changed.
    /// </summary>
    public static IEnumerable<byte[]> Of(RevocationSet set)
    {
        var marks = new List<RevocationMark>();
        foreach (var table in Enum.GetValues<SnapshotTable>())
        {
            for (var segment = 0; segment < RevocationTable.Segments; segment++)
            {
                set.CopyLive(table, segment, marks);
                var isLast = segment == RevocationTable.Segments - 1;
                var most = (WrittenLength - 1) / LengthOf(table);
                var written = 0;
                for (; marks.Count - written >= most || (isLast && written < marks.Count); written += most)
                {
                    yield return Write(table, marks, written, Math.Min(most, marks.Count - written));
                }

                marks.RemoveRange(0, Math.Min(written, marks.Count));
            }
        }
    }

    /// <summary>Reads the records of a chunk, in place of those in <paramref name="marks"/>.</summary>
    /// <exception cref="InvalidDataException">It is not a chunk of this version.</exception>
    public static SnapshotTable Read(ReadOnlySpan<byte> chunk, List<RevocationMark> marks)
    {
        marks.Clear();
        var table = (SnapshotTable)chunk[0];
        if (!Enum.IsDefined(table) || (chunk.Length - 1) % LengthOf(table) != 0)
        {
            throw new InvalidDataException("a chunk is of an unknown form");
        }

        for (var records = chunk[1..]; records.Length > 0; records = records[LengthOf(table)..])
        {
            var (key, kind, minute) = ReadName(records);
            if (!Enum.IsDefined(kind)
                || (table != SnapshotTable.Restored && RevocationSet.IsSingle(kind) != (table == SnapshotTable.Tokens)))
            {
                throw new InvalidDataException("a record is of an unknown kind");
            }

            marks.Add(new RevocationMark(
                key, kind, minute,
                table == SnapshotTable.Groups ? BinaryPrimitives.ReadInt64BigEndian(records[NameLength..]) : long.MaxValue));
        }

        return table;
    }

    /// <summary>101 bits of the digest, 3 of the kind, 24 of the minute.</summary>
    public static void WriteName(Span<byte> to, RevocationKey name, RevocationKind kind, int minute)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, name.High);
        BinaryPrimitives.WriteUInt64BigEndian(to[sizeof(ulong)..], name.Low | ((ulong)kind << MinuteBits) | (uint)minute);
    }

    public static (RevocationKey Name, RevocationKind Kind, int Minute) ReadName(ReadOnlySpan<byte> from)
    {
        var low = BinaryPrimitives.ReadUInt64BigEndian(from[sizeof(ulong)..]);
        return (
            new RevocationKey(BinaryPrimitives.ReadUInt64BigEndian(from), low & RevocationKey.LowMask),
            (RevocationKind)((low >> MinuteBits) & 7),
            (int)(low & MinuteMask));
    }

    public static int CountOf(ReadOnlySpan<byte> chunk) => (chunk.Length - 1) / LengthOf((SnapshotTable)chunk[0]);

    private static int LengthOf(SnapshotTable table) => table == SnapshotTable.Groups ? NameLength + sizeof(long) : NameLength;

    private static byte[] Write(SnapshotTable table, List<RevocationMark> marks, int from, int count)
    {
        var chunk = new byte[1 + (count * LengthOf(table))];
        chunk[0] = (byte)table;
        var record = chunk.AsSpan(1);
        for (var i = from; i < from + count; i++)
        {
            WriteName(record, marks[i].Key, marks[i].Kind, marks[i].Minute);
            if (table == SnapshotTable.Groups)
            {
                BinaryPrimitives.WriteInt64BigEndian(record[NameLength..], marks[i].CutOff);
            }

            record = record[LengthOf(table)..];
        }

        return chunk;
    }
}
