using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// The live revocations in memory, without false positives. One thread at a time writes: the loader of a snapshot, then the follower.
/// Requests read without locks.
/// </summary>
internal sealed class RevocationSet
{
    private readonly RevocationTable _singles = new(hasCutOffs: false);
    private readonly RevocationTable _groups = new(hasCutOffs: true);

    // Restored names, kept for as long as an older copy of the log may still revoke them.
    private readonly RevocationTable _restored = new(hasCutOffs: false);
    private long _version;

    // All kinds that ever had an entry. A kind is added before its first name, so that a reader who finds the name hashes the kind.
    private volatile RevocationKinds _kinds;
    private int _minute;

    /// <summary>The minute before which all entries have been removed as expired.</summary>
    public int Minute => Volatile.Read(ref _minute);

    public int Count => _singles.Count + _groups.Count;

    /// <summary>
    /// Increases after each change that can reject more tokens, but not after a restore or an expiry. To cache a result, read the version
    /// first and check the token second: the result "not revoked" is then valid until the version changes.
    /// </summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>True when the kind names one token, which needs no cut-off.</summary>
    public static bool IsSingle(RevocationKind kind) => kind is RevocationKind.Jti or RevocationKind.Token;

    /// <summary>Applies the net effect of the entries on each name.</summary>
    public void Apply(IReadOnlyList<RevocationEntry> entries)
    {
        var changes = new RevocationChanges(this);
        foreach (var entry in entries)
        {
            changes.Add(entry);
        }

        Apply(changes);
    }

    public void Apply(RevocationChanges changes)
    {
        var rejectsMore = false;
        foreach (var (key, change) in changes.ByName)
        {
            var table = TableOf(change.Kind);
            _kinds = _kinds.With(change.Kind);
            if (change.Mark is not { } mark)
            {
                table.Remove(key);
                _restored.Replace(key, change.Kind, change.RestoredUntil!.Value, long.MaxValue);
                continue;
            }

            rejectsMore |= change.RestoredUntil is null
                ? table.Add(key, mark.Kind, mark.Minute, mark.CutOff)
                : table.Replace(key, mark.Kind, mark.Minute, mark.CutOff);
        }

        if (rejectsMore)
        {
            // Written after the marks, so that a reader of the new version sees them.
            Volatile.Write(ref _version, _version + 1);
        }
    }

    /// <summary>Adds the records of a snapshot that have not expired.</summary>
    public void Load(SnapshotTable table, IReadOnlyList<RevocationMark> marks)
    {
        var to = TableOf(table);
        foreach (var mark in marks)
        {
            if (mark.Minute >= Minute)
            {
                _kinds = _kinds.With(mark.Kind);
                to.Add(mark.Key, mark.Kind, mark.Minute, mark.CutOff);
            }
        }

        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>Adds the live records of one segment of a table to a list. For any thread.</summary>
    public void CopyLive(SnapshotTable table, int segment, List<RevocationMark> copy) => TableOf(table).CopyLive(segment, copy);

    public bool IsRevoked(AccessToken token)
    {
        RevocationKeys? keys = null;
        return IsRevoked(token, ref keys);
    }

    /// <param name="known">The hashed names of the token; the caller keeps them between checks.</param>
    public bool IsRevoked(AccessToken token, ref RevocationKeys? known)
    {
        if (Count == 0)
        {
            return false;
        }

        // Cut-offs are whole seconds, so a token issued within that second counts as issued before it. A token without `iat` counts as
        // older than any cut-off.
        var issued = token.IssuedAt is { } seconds ? (long)Math.Floor(seconds) : long.MinValue;
        var keys = known;
        if (keys is null || (_kinds & ~keys.Kinds) != 0)
        {
            known = keys = RevocationKeys.Of(token, _kinds);
        }

        return IsMarked(_singles, keys.TokenId, issued)
            || IsMarked(_singles, keys.TokenHash, issued)
            || IsMarked(_singles, keys.TwinHash, issued)
            || IsMarked(_singles, keys.InnerTwinHash, issued)
            || IsMarked(_groups, keys.Subject, issued)
            || IsMarked(_groups, keys.Session, issued)
            || IsMarked(_groups, keys.Client, issued)
            || IsMarked(_groups, keys.Issuer, issued);
    }

    /// <summary>Removes the entries that have expired. Does work only once a minute.</summary>
    public void ForgetExpired(DateTimeOffset now) => Forget(RevocationClock.MinuteOf(now));

    /// <summary>Removes the entries that have expired in `other`.</summary>
    public void ForgetLike(RevocationSet other) => Forget(other.Minute);

    /// <summary>True when applying the mark would have no effect.</summary>
    public bool Covers(RevocationMark mark) => TableOf(mark.Kind).Covers(mark.Key, mark.Minute, mark.CutOff);

    /// <summary>True when the name is revoked, with any cut-off.</summary>
    public bool IsRevoked(RevocationKind kind, RevocationKey name) => TableOf(kind).TryGet(name, out _);

    /// <summary>True when the name was restored, also if it was revoked again later.</summary>
    public bool WasRestored(RevocationKey name) => _restored.TryGet(name, out _);

    /// <summary>The revoked names of one segment. For the writing thread.</summary>
    public IEnumerable<RevocationMark> Live(int segment) => _singles.Live(segment).Concat(_groups.Live(segment));

    /// <summary>The names of one segment that were restored and not revoked again. For the writing thread.</summary>
    public IEnumerable<RevocationMark> Restored(int segment) => _restored.Live(segment).Where(mark => !IsRevoked(mark.Kind, mark.Key));

    private void Forget(int minute)
    {
        // A clock that moves back does not make expired entries live again.
        if (minute <= Minute)
        {
            return;
        }

        // Written before entries are removed, so that a copy that lacks them has this minute.
        Volatile.Write(ref _minute, minute);
        _singles.Expire(minute);
        _groups.Expire(minute);
        _restored.Expire(minute);
    }

    private RevocationTable TableOf(RevocationKind kind) => IsSingle(kind) ? _singles : _groups;

    private RevocationTable TableOf(SnapshotTable table) => table switch
    {
        SnapshotTable.Tokens => _singles,
        SnapshotTable.Groups => _groups,
        _ => _restored,
    };

    private static bool IsMarked(RevocationTable table, RevocationKey? key, long issued) =>
        key is { } name && table.TryGet(name, out var cutOff) && issued <= cutOff;
}
