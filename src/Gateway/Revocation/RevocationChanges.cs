namespace Gateway.Revocation;

/// <summary>
/// What a run of entries comes to, name by name: where something was revoked, restored and revoked again, as in a log that is read a
/// second time, no request may see the moment in between. What the set knows anyway takes no room, so a long log can be read again.
/// </summary>
internal sealed class RevocationChanges(RevocationSet set)
{
    private readonly Dictionary<RevocationKey, RevocationChange> _changes = [];

    public IReadOnlyDictionary<RevocationKey, RevocationChange> ByName => _changes;

    /// <param name="isOld">
    /// Whether it may have been read before, and the log has lost others since, perhaps some that came after it. Then it counts only
    /// where nothing is known, not even that it was taken back or has expired.
    /// </param>
    public void Add(RevocationEntry entry, bool isOld = false)
    {
        var key = entry.Key;
        var minute = RevocationClock.MinuteOf(entry.Expires);
        if (isOld && (entry.Operation == RevocationOperation.Restore || minute < set.Minute || set.WasRestored(key) || set.IsRevoked(entry.Kind, key)))
        {
            return;
        }

        if (entry.Operation == RevocationOperation.Restore)
        {
            _changes[key] = new RevocationChange(entry.Kind, minute, null);
            return;
        }

        var mark = new RevocationMark(key, entry.Kind, minute, RevocationSet.IsSingle(entry.Kind) ? long.MaxValue : entry.Before ?? long.MaxValue);
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

/// <summary>What a run of entries does to one name.</summary>
/// <param name="RestoredUntil">What was known is void, and the last minute in which somebody may ask why; null when it still holds.</param>
/// <param name="Mark">What holds from now on; null when nothing does.</param>
internal readonly record struct RevocationChange(RevocationKind Kind, int? RestoredUntil, RevocationMark? Mark);
