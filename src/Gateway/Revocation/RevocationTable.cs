namespace Gateway.Revocation;

/// <summary>
/// Revoked names with their expiry and, if needed, a cut-off; 16 or 24 bytes per slot. Ten million names must not be ten million objects,
/// a look-up must cost only a few memory reads, and growing must not need twice the memory. Therefore there are 4096 small tables that
/// grow independently. One thread writes and any number of threads read without locks: a name never moves within its table, and a table
/// that grows is replaced by a copy. The expiry is the number of a minute beside the key: when a minute has passed, one comparison makes
/// all its names absent, and their slots are reused or freed table by table.
/// </summary>
internal sealed class RevocationTable(bool hasCutOffs)
{
    public const int Segments = 1 << SegmentBits;
    private const int SegmentBits = 12;

    // The number of calls of Expire that visit all segments once.
    private const int Rounds = 16;

    private readonly RevocationSegment?[] _segments = new RevocationSegment?[Segments];
    private readonly Dictionary<int, int> _countOf = [];
    private int _firstLive = RevocationSegment.NeverLive + 1;
    private int _count;
    private int _round;

    /// <summary>The number of live names.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds a live name and its cut-off. For any thread.</summary>
    public bool TryGet(RevocationKey key, out long cutOff)
    {
        cutOff = long.MaxValue;
        return Volatile.Read(ref _segments[SegmentOf(key)]) is { } segment
            && segment.TryGet(key, Volatile.Read(ref _firstLive), out cutOff);
    }

    /// <summary>True when the name is live at least until this minute and with at least this cut-off.</summary>
    public bool Covers(RevocationKey key, int minute, long cutOff) =>
        _segments[SegmentOf(key)] is { } segment
        && segment.Find(key, _firstLive) is var place and >= 0
        && segment.MinuteAt(place) >= minute && segment.CutOffAt(place) >= cutOff;

    /// <summary>Adds a name, or raises its minute and cut-off.</summary>
    /// <param name="minute">The last minute in which it is live. A minute that has passed counts as the current one.</param>
    /// <returns>True when more tokens are rejected than before.</returns>
    public bool Add(RevocationKey key, RevocationKind kind, int minute, long cutOff)
    {
        minute = Math.Max(minute, _firstLive);
        var segment = _segments[SegmentOf(key)];
        if (segment is not null && segment.Find(key, _firstLive) is var place and >= 0)
        {
            var rejectsMore = segment.CutOffAt(place) < cutOff;
            var before = segment.MinuteAt(place);
            minute = Math.Max(minute, before);
            // Increment before decrementing, so that readers never see Count 0 during a move.
            Counted(minute, 1);
            segment.Update(place, minute, Math.Max(cutOff, segment.CutOffAt(place)));
            Counted(before, -1);
            return rejectsMore;
        }

        if (segment?.TryInsert(key, kind, minute, cutOff, _firstLive) != true)
        {
            segment = RevocationSegment.Copy(segment, _firstLive, hasCutOffs);
            _ = segment.TryInsert(key, kind, minute, cutOff, _firstLive);
            Volatile.Write(ref _segments[SegmentOf(key)], segment);
        }

        Counted(minute, 1);
        return true;
    }

    /// <summary>Adds a name, or overwrites its minute and cut-off.</summary>
    /// <returns>True when more tokens are rejected than before.</returns>
    public bool Replace(RevocationKey key, RevocationKind kind, int minute, long cutOff)
    {
        if (_segments[SegmentOf(key)] is not { } segment || segment.Find(key, _firstLive) is not (var place and >= 0))
        {
            return Add(key, kind, minute, cutOff);
        }

        var rejectsMore = segment.CutOffAt(place) < cutOff;
        var before = segment.MinuteAt(place);
        minute = Math.Max(minute, _firstLive);
        Counted(minute, 1);
        segment.Update(place, minute, cutOff);
        Counted(before, -1);
        return rejectsMore;
    }

    public void Remove(RevocationKey key)
    {
        if (_segments[SegmentOf(key)] is { } segment && segment.Find(key, _firstLive) is var place and >= 0)
        {
            Counted(segment.MinuteAt(place), -1);
            segment.Update(place, RevocationSegment.NeverLive, segment.CutOffAt(place));
        }
    }

    /// <summary>Makes all names absent whose minute has passed, and frees some of their memory.</summary>
    /// <param name="firstLive">The current minute. A clock that moves back has no effect.</param>
    public void Expire(int firstLive)
    {
        if (firstLive > _firstLive)
        {
            Volatile.Write(ref _firstLive, firstLive);
            foreach (var minute in _countOf.Keys.Where(minute => minute < firstLive).ToList())
            {
                Counted(minute, -_countOf[minute]);
            }
        }

        for (var i = _round; i < Segments; i += Rounds)
        {
            if (_segments[i] is { } segment && segment.IsWorthCopying(_firstLive))
            {
                Volatile.Write(ref _segments[i], RevocationSegment.Copy(segment, _firstLive, hasCutOffs));
            }
        }

        _round = (_round + 1) % Rounds;
    }

    /// <summary>The live names of one segment. For the writing thread.</summary>
    public IEnumerable<RevocationMark> Live(int segment) => _segments[segment]?.Live(_firstLive) ?? [];

    /// <summary>Adds the live names of one segment to a list. For any thread.</summary>
    public void CopyLive(int segment, List<RevocationMark> copy) =>
        Volatile.Read(ref _segments[segment])?.CopyLive(Volatile.Read(ref _firstLive), copy);

    private void Counted(int minute, int change)
    {
        var count = _countOf.GetValueOrDefault(minute) + change;
        if (count == 0)
        {
            _countOf.Remove(minute);
        }
        else
        {
            _countOf[minute] = count;
        }

        Volatile.Write(ref _count, _count + change);
    }

    private static int SegmentOf(RevocationKey key) => (int)(key.High >> (64 - SegmentBits));
}
