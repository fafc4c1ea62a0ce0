using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// The live revocations in memory, exact. Written by the follower alone, read by every request without a lock.
/// </summary>
internal sealed class RevocationSet
{
    private readonly RevocationTable _singles = new(hasCutOffs: false);
    private readonly RevocationTable _groups = new(hasCutOffs: true);

    // Names that were ever taken back, for as long as an older copy of the log may say otherwise.
    private readonly RevocationTable _restored = new(hasCutOffs: false);
    private long _version;

    // Every kind of which there ever was an entry; in it before the kind's first name is in a table.
    private volatile RevocationKinds _kinds;

    /// <summary>The minute as of which what expired is forgotten.</summary>
    public int Minute { get; private set; }

    public int Count => _singles.Count + _groups.Count;

    /// <summary>
    /// Grows after every change by which a token may be rejected that was not before; not by restoring and expiry. Who keeps an answer
    /// reads this first and looks up second: then the answer holds at least until the version is another one.
    /// </summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Whether the kind names one token, for which there is no cut-off.</summary>
    public static bool IsSingle(RevocationKind kind) => kind is RevocationKind.Jti or RevocationKind.Token;

    public void Apply(RevocationEntry entry) => Apply([entry]);

    /// <summary>Applies what the entries come to, name by name.</summary>
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
            // Set after the marks, so that a reader of the new version has seen them.
            Volatile.Write(ref _version, _version + 1);
        }
    }

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

        // Cut-offs are whole seconds, so a token of that very second counts as issued before; and one that does not say when it was
        // issued is older than any cut-off.
        var issued = token.IssuedAt is { } seconds ? (long)Math.Floor(seconds) : long.MinValue;
        var keys = known;
        if (keys is null || (_kinds & ~keys.Kinds) != 0)
        {
            known = keys = RevocationKeys.Of(token, _kinds);
        }

        return IsMarked(_singles, keys.TokenId, issued)
            || IsMarked(_singles, keys.TokenHash, issued)
            || IsMarked(_singles, keys.TwinHash, issued)
            || IsMarked(_groups, keys.Subject, issued)
            || IsMarked(_groups, keys.Session, issued)
            || IsMarked(_groups, keys.Client, issued)
            || IsMarked(_groups, keys.Issuer, issued);
    }

    /// <summary>Removes the entries that have expired. Does work only once a minute.</summary>
    public void ForgetExpired(DateTimeOffset now) => Forget(RevocationClock.MinuteOf(now));

    /// <summary>Removes the entries that have expired in `other`.</summary>
    public void ForgetLike(RevocationSet other) => Forget(other.Minute);

    /// <summary>Whether the mark would change nothing.</summary>
    public bool Covers(RevocationMark mark) => TableOf(mark.Kind).Covers(mark.Key, mark.Minute, mark.CutOff);

    /// <summary>Whether the name is revoked, be it for some tokens only.</summary>
    public bool IsRevoked(RevocationKind kind, RevocationKey name) => TableOf(kind).TryGet(name, out _);

    /// <summary>Whether the name was ever taken back, be it revoked again or not.</summary>
    public bool WasRestored(RevocationKey name) => _restored.TryGet(name, out _);

    /// <summary>A part of what is revoked. For the thread that writes.</summary>
    public IEnumerable<RevocationMark> Live(int segment) => _singles.Live(segment).Concat(_groups.Live(segment));

    /// <summary>A part of what was taken back and not revoked again.</summary>
    public IEnumerable<RevocationMark> Restored(int segment) => _restored.Live(segment).Where(mark => !IsRevoked(mark.Kind, mark.Key));

    private void Forget(int minute)
    {
        // A clock that goes back brings nothing back.
        if (minute <= Minute)
        {
            return;
        }

        Minute = minute;
        _singles.Expire(Minute);
        _groups.Expire(Minute);
        _restored.Expire(Minute);
    }

    private RevocationTable TableOf(RevocationKind kind) => IsSingle(kind) ? _singles : _groups;

    private static bool IsMarked(RevocationTable table, RevocationKey? key, long issued) =>
        key is { } name && table.TryGet(name, out var cutOff) && issued <= cutOff;
}
