using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// Entries that the stream has acknowledged to this replica and that it has not read back yet. If the stream loses them, this is the only
/// copy.
/// </summary>
internal sealed class UnreadEntries
{
    private const int Most = 100_000;

    private readonly ConcurrentQueue<(LogPosition Id, RevocationEntry Entry)> _entries = new();

    /// <param name="answers">The id of each entry in the stream.</param>
    public void Add(RevocationEntry[] entries, RedisResult[] answers)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (LogPosition.TryParse((string?)answers[i], out var id))
            {
                _entries.Enqueue((id, entries[i]));
            }
        }

        while (_entries.Count > Most)
        {
            _entries.TryDequeue(out _);
        }
    }

    public (LogPosition Id, RevocationEntry Entry)[] Snapshot() => _entries.ToArray();

    /// <summary>Removes the entries up to this position, to which the stream was read.</summary>
    public void Forget(LogPosition read)
    {
        while (_entries.TryPeek(out var first) && !first.Id.IsAfter(read) && _entries.TryDequeue(out _))
        {
        }
    }

    /// <summary>Removes all entries and returns those after the position, in order.</summary>
    public RevocationEntry[] Take(LogPosition position)
    {
        // Entries that are added concurrently may remain.
        var taken = new List<(LogPosition Id, RevocationEntry Entry)>();
        while (_entries.TryDequeue(out var unread))
        {
            taken.Add(unread);
        }

        return
        [
            .. taken.Where(unread => unread.Id.IsAfter(position))
                .OrderBy(unread => unread.Id.First)
                .ThenBy(unread => unread.Id.Second)
                .Select(unread => unread.Entry),
        ];
    }

    /// <summary>True when the rows after a position lack one of the entries: a replica that was promoted may lack the last ones.</summary>
    public static bool LacksOne((LogPosition Id, RevocationEntry Entry)[] expected, LogPosition position, StreamRow[] rows, bool isLast) =>
        expected.Any(unread => unread.Id.IsAfter(position)
            && (isLast || !unread.Id.IsAfter(rows[^1].Id))
            && !rows.Any(row => row.Id == unread.Id));
}
