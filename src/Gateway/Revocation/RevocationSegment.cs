using System.Runtime.CompilerServices;

namespace Gateway.Revocation;

/// <summary>
/// One hash table of a <see cref="RevocationTable"/>, with open addressing and linear probing. A slot of 128 bits holds 101 bits of the
/// key, 3 of the kind and 24 of the minute. Minute 0 marks a slot that was never used; it ends a search. A minute that has passed marks a
/// reusable slot; it does not end a search. The writer overwrites only slots that are not live, and writes the minute last, so that a
/// lock-free reader sees a complete name or none.
/// </summary>
internal sealed class RevocationSegment
{
    /// <summary>A minute that has always passed; it marks a removed name.</summary>
    public const int NeverLive = 1;

    public const int LastMinute = (1 << MinuteBits) - 1;
    private const int MinuteBits = 24;
    private const ulong KeyMask = RevocationKey.LowMask;
    private const int Smallest = 4;

    // A copy is filled to 5/7, so that it has room for a fifth more until 6/7, beyond which searches get long: 18.7 to 22.4 bytes per name.
    private readonly Place[] _places;
    private readonly long[]? _cutOffs;
    private readonly int _limit;
    private int _taken;

    private RevocationSegment(int names, bool hasCutOffs)
    {
        var capacity = Math.Max(Smallest, (int)((names + 1L) * 7 / 5));
        _places = new Place[capacity];
        _cutOffs = hasCutOffs ? new long[capacity] : null;
        _limit = Math.Min((int)(capacity * 6L / 7), capacity - 1);
    }

    /// <summary>Copies the live names into a new table with room for more.</summary>
    public static RevocationSegment Copy(RevocationSegment? old, int firstLive, bool hasCutOffs)
    {
        var copy = new RevocationSegment(old?.CountLive(firstLive) ?? 0, hasCutOffs);
        for (var i = 0; i < old?._places.Length; i++)
        {
            if (old.MinuteAt(i) >= firstLive)
            {
                var key = new RevocationKey(old._places[i].High, old._places[i].Low & KeyMask);
                _ = copy.TryInsert(key, old.KindAt(i), old.MinuteAt(i), old.CutOffAt(i), firstLive);
            }
        }

        return copy;
    }

    /// <summary>Finds a live name and its cut-off. For any thread.</summary>
    public bool TryGet(RevocationKey key, int firstLive, out long cutOff)
    {
        cutOff = long.MaxValue;
        while (true)
        {
            var place = Find(key, firstLive, out var found);
            if (place < 0)
            {
                return false;
            }

            if (_cutOffs is null)
            {
                return true;
            }

            cutOff = Volatile.Read(ref _cutOffs[place]);
            if (Volatile.Read(ref _places[place].Low) == found)
            {
                return true;
            }

            // The writer changed the slot between the two reads, so the cut-off may belong to another name: search again.
        }
    }

    /// <summary>The slot of the live name, or -1. For the writing thread.</summary>
    public int Find(RevocationKey key, int firstLive) => Find(key, firstLive, out _);

    public int MinuteAt(int place) => MinuteOf(_places[place].Low);

    public long CutOffAt(int place) => _cutOffs?[place] ?? long.MaxValue;

    public void Update(int place, int minute, long cutOff)
    {
        if (_cutOffs is not null)
        {
            Volatile.Write(ref _cutOffs[place], cutOff);
        }

        Volatile.Write(ref _places[place].Low, (_places[place].Low & ~(ulong)LastMinute) | (uint)minute);
    }

    /// <summary>Adds a name that is not live here; false when the table is full.</summary>
    public bool TryInsert(RevocationKey key, RevocationKind kind, int minute, long cutOff, int firstLive)
    {
        var place = StartOf(key);
        while (MinuteAt(place) >= firstLive)
        {
            place = After(place);
        }

        if (MinuteAt(place) == 0)
        {
            if (_taken == _limit)
            {
                return false;
            }

            _taken++;
        }
        else
        {
            // A concurrent reader of the old name must see that it is removed before the slot gets another cut-off.
            Update(place, NeverLive, CutOffAt(place));
        }

        if (_cutOffs is not null)
        {
            Volatile.Write(ref _cutOffs[place], cutOff);
        }

        Volatile.Write(ref _places[place].High, key.High);
        Volatile.Write(ref _places[place].Low, key.Low | ((ulong)kind << MinuteBits) | (uint)minute);
        return true;
    }

    /// <summary>True when more than a quarter of the slots, and more than the smallest table has, hold expired names.</summary>
    public bool IsWorthCopying(int firstLive) => _taken - CountLive(firstLive) > Math.Max(Smallest, _taken / 4);

    public IEnumerable<RevocationMark> Live(int firstLive)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (MinuteAt(i) >= firstLive)
            {
                yield return new RevocationMark(
                    new RevocationKey(_places[i].High, _places[i].Low & KeyMask), KindAt(i), MinuteAt(i), CutOffAt(i));
            }
        }
    }

    /// <summary>
    /// Adds the live names to a list. For any thread: names that the writer changes meanwhile may have their old or new state.
    /// </summary>
    public void CopyLive(int firstLive, List<RevocationMark> copy)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            while (Volatile.Read(ref _places[i].Low) is var low && MinuteOf(low) >= firstLive)
            {
                var key = new RevocationKey(Volatile.Read(ref _places[i].High), low & KeyMask);
                var cutOff = _cutOffs is null ? long.MaxValue : Volatile.Read(ref _cutOffs[i]);
                if (Volatile.Read(ref _places[i].Low) == low)
                {
                    copy.Add(new RevocationMark(key, KindOf(low), MinuteOf(low), cutOff));
                    break;
                }

                // The writer changed the slot between the reads, so they may belong to two names: read again.
            }
        }
    }

    private int Find(RevocationKey key, int firstLive, out ulong found)
    {
        var place = StartOf(key);
        while (true)
        {
            found = Volatile.Read(ref _places[place].Low);
            var minute = MinuteOf(found);
            if (minute == 0)
            {
                return -1;
            }

            if (((found ^ key.Low) & KeyMask) == 0 && minute >= firstLive && Volatile.Read(ref _places[place].High) == key.High)
            {
                return place;
            }

            place = After(place);
        }
    }

    private int CountLive(int firstLive)
    {
        var count = 0;
        foreach (ref readonly var place in _places.AsSpan())
        {
            count += MinuteOf(place.Low) >= firstLive ? 1 : 0;
        }

        return count;
    }

    private RevocationKind KindAt(int place) => KindOf(_places[place].Low);

    private static RevocationKind KindOf(ulong low) => (RevocationKind)((low >> MinuteBits) & 7);

    /// <summary>Maps middle bits of the key to a slot; its first bits have selected the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int StartOf(RevocationKey key) => (int)(((ulong)(uint)(key.High >> 16) * (uint)_places.Length) >> 32);

    private int After(int place) => place + 1 < _places.Length ? place + 1 : 0;

    private static int MinuteOf(ulong low) => (int)(low & LastMinute);

    private struct Place
    {
        public ulong High;
        public ulong Low;
    }
}

/// <summary>The revocation of one name.</summary>
/// <param name="Minute">The last minute in which it is live.</param>
/// <param name="CutOff">Unix seconds; tokens issued up to and including this second are rejected. The largest number means all
/// tokens.</param>
internal readonly record struct RevocationMark(RevocationKey Key, RevocationKind Kind, int Minute, long CutOff)
{
    /// <summary>Merges two entries for one name: the later cut-off and the later expiry apply, in either order of writing.</summary>
    public RevocationMark Merge(RevocationMark other) =>
        this with { Minute = Math.Max(Minute, other.Minute), CutOff = Math.Max(CutOff, other.CutOff) };
}
