namespace Gateway.Revocation;

/// <summary>
/// The net effect of consecutive entries on each name. When a log that is read again revokes, restores and revokes a name, no request may
/// see the restored state in between. Entries that the set already covers take no memory, so a long log can be read again.
/// </summary>
internal sealed class RevocationChanges(RevocationSet set)
{
    private readonly Dictionary<RevocationKey, RevocationChange> _changes = [];

    public IReadOnlyDictionary<RevocationKey, RevocationChange> ByName => _changes;

    /// <param name="isOld">
    /// True when the entry may have been read before a loss of the log, which may have lost later entries for the same name. It is then
    /// applied only if the name is neither revoked nor restored and the entry has not expired.
    /// </param>
    public void Add(RevocationEntry entry, bool isOld = false)
    {
        var key = entry.Key;
        var minute = RevocationClock.MinuteOf(entry.Expires);
        if (isOld
            && (entry.Operation == RevocationOperation.Restore
                || minute < set.Minute
                || set.WasRestored(key)
                || set.IsRevoked(entry.Kind, key)))
        {
            return;
        }

        if (entry.Operation == RevocationOperation.Restore)
        {
            _changes[key] = new RevocationChange(entry.Kind, minute, null);
            return;
        }

        var mark =
            new RevocationMark(key, entry.Kind, minute, RevocationSet.IsSingle(entry.Kind) ? long.MaxValue : entry.Before ?? long.MaxValue);
        if (_changes.TryGetValue(key, out var change))
        {
            _changes[key] = change with { Mark = change.Mark?.Merge(mark) ?? mark };
        }
        else if (!set.Covers(mark))
        {
            _changes[key] = new RevocationChange(entry.Kind, null, mark);
        }
    }

    public void Clear() => _changes.Clear();
}

/// <summary>The net effect of consecutive entries on one name.</summary>
/// <param name="RestoredUntil">Set when earlier entries are void: the last minute in which to remember the restore. Else null.</param>
/// <param name="Mark">The revocation in effect from now on; null for none.</param>
internal readonly record struct RevocationChange(RevocationKind Kind, int? RestoredUntil, RevocationMark? Mark);
