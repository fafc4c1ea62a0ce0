namespace Gateway.Revocation;

/// <summary>
/// Names with an expiry each, and a cut-off each where there are cut-offs; 16 bytes a place, or 24. Ten million names must neither be
/// ten million objects nor cost the request path more than some reads of memory, and growing must not double them for a moment. So
/// there are 4096 small tables, each of which grows alone. One thread writes; any number read, without a lock: a place once taken is
/// never moved within its table, and a table that grows is replaced by a copy. Expiry is a minute's number beside the key. When a
/// minute is over, one comparison makes all its names absent; their places are used again, or given back table by table.
/// </summary>
internal sealed class RevocationTable(bool hasCutOffs)
{
    public const int Segments = 1 << SegmentBits;
    private const int SegmentBits = 12;

    // So many calls of Expire see every segment once.
    private const int Rounds = 16;

    private readonly RevocationSegment?[] _segments = new RevocationSegment?[Segments];
    private readonly Dictionary<int, int> _countOf = [];
    private int _firstLive = RevocationSegment.NeverLive + 1;
    private int _count;
    private int _round;

    /// <summary>How many names are live.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether the name is live, with its cut-off. For any thread.</summary>
    public bool TryGet(RevocationKey key, out long cutOff)
    {
        cutOff = long.MaxValue;
        return Volatile.Read(ref _segments[SegmentOf(key)]) is { } segment && segment.TryGet(key, Volatile.Read(ref _firstLive), out cutOff);
    }

    /// <summary>Whether the name is live until this minute at least, with this cut-off at least.</summary>
    public bool Covers(RevocationKey key, int minute, long cutOff) =>
        _segments[SegmentOf(key)] is { } segment
        && segment.Find(key, _firstLive) is var place and >= 0
        && segment.MinuteAt(place) >= minute && segment.CutOffAt(place) >= cutOff;

    /// <summary>Adds a name, or moves its minute and its cut-off up, never down.</summary>
    /// <param name="minute">The last minute in which it is live. One that is over counts as the present one.</param>
    /// <returns>Whether more is rejected than before.</returns>
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

    /// <summary>Puts this minute and this cut-off in the place of what was known of the name, if anything.</summary>
    /// <returns>Whether more is rejected than before.</returns>
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

    /// <summary>Makes all names absent whose minute is over, and gives back some of the memory they took.</summary>
    /// <param name="firstLive">The present minute. A clock that goes back brings nothing back.</param>
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

    /// <summary>The live names of one segment. For the thread that writes.</summary>
    public IEnumerable<RevocationMark> Live(int segment) => _segments[segment]?.Live(_firstLive) ?? [];

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
