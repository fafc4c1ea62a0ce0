using System.Collections.Concurrent;
using Gateway.Tokens;

namespace Gateway.Revocation;

/// <summary>
/// The live revocations in memory, exact. Written by the follower alone, read by every request without a lock.
/// </summary>
internal sealed class RevocationSet
{
    // A token is accepted until `exp` plus the largest clock skew an issuer may have; its revocation must not end before.
    private static readonly long ForgetAfter = (long)TimeSpan.FromMinutes(5).TotalSeconds;

    private readonly ConcurrentDictionary<RevocationKey, Mark> _marks = new();
    private long _version;

    public int Count => _marks.Count;

    /// <summary>
    /// Grows after every change by which a token may be refused that was not before; not by restoring and expiry. Who keeps an answer
    /// reads this first and looks up second: then the answer holds at least until the version is another one.
    /// </summary>
    public long Version => Volatile.Read(ref _version);

    public void Apply(RevocationEntry entry) => Apply([entry]);

    /// <summary>
    /// Applies what the entries come to, name by name: where something was revoked, restored and revoked again, as in a log that is
    /// read a second time, no request may see the moment in between.
    /// </summary>
    public void Apply(IReadOnlyList<RevocationEntry> entries)
    {
        var changes = new Dictionary<RevocationKey, Change>(entries.Count);
        foreach (var entry in entries)
        {
            var key = RevocationKey.Of(entry.Kind, entry.Issuer, entry.Value);
            changes[key] = entry.Operation == RevocationOperation.Restore
                ? new Change(IsRestored: true, null)
                : changes.GetValueOrDefault(key).Add(MarkOf(entry));
        }

        var refusesMore = false;
        foreach (var (key, change) in changes)
        {
            refusesMore |= change.Mark is { } added && (!_marks.TryGetValue(key, out var known) || known.Before < added.Before);
            if (change.Mark is not { } mark)
            {
                _marks.TryRemove(key, out _);
            }
            else if (change.IsRestored)
            {
                _marks[key] = mark;
            }
            else
            {
                _marks.AddOrUpdate(key, static (_, added) => added, static (_, known, added) => known.Merge(added), mark);
            }
        }

        if (refusesMore)
        {
            // After the marks, so that nobody can hold the new version who has not seen them.
            Volatile.Write(ref _version, _version + 1);
        }
    }

    public bool IsRevoked(AccessToken token)
    {
        if (_marks.IsEmpty)
        {
            return false;
        }

        // Cut-offs are whole seconds, so a token of that very second counts as issued before; and one that does not say when it was
        // issued is older than any cut-off.
        var issued = token.IssuedAt is { } seconds ? (long)Math.Floor(seconds) : long.MinValue;
        var keys = token.RevocationKeys;
        return IsMarked(keys.TokenId, issued)
            || IsMarked(keys.TokenHash, issued)
            || IsMarked(keys.TwinHash, issued)
            || IsMarked(keys.Subject, issued)
            || IsMarked(keys.Session, issued)
            || IsMarked(keys.Client, issued)
            || IsMarked(keys.Issuer, issued);
    }

    public void ForgetExpired(DateTimeOffset now)
    {
        var limit = now.ToUnixTimeSeconds() - ForgetAfter;
        foreach (var mark in _marks)
        {
            if (mark.Value.Expires < limit)
            {
                // Only this very mark: one written meanwhile for the same name stays.
                _marks.TryRemove(mark);
            }
        }
    }

    private bool IsMarked(RevocationKey? key, long issued) =>
        key is { } name && _marks.TryGetValue(name, out var mark) && issued <= mark.Before;

    private static Mark MarkOf(RevocationEntry entry) => new(
        entry.Expires, entry.Kind is RevocationKind.Jti or RevocationKind.Token ? long.MaxValue : entry.Before ?? long.MaxValue);

    private readonly record struct Mark(long Expires, long Before)
    {
        /// <summary>Two entries for one name: the later cut-off and the later expiry win, in whichever order they were written.</summary>
        public Mark Merge(Mark other) => new(Math.Max(Expires, other.Expires), Math.Max(Before, other.Before));
    }

    /// <summary>What a run of entries does to one name: whether what was known is void, and what holds from now on.</summary>
    private readonly record struct Change(bool IsRestored, Mark? Mark)
    {
        public Change Add(Mark added) => this with { Mark = Mark?.Merge(added) ?? added };
    }
}
