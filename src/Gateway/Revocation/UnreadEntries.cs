using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Gateway.Revocation;

/// <summary>
/// What a stream has acknowledged here and nobody here has read back yet: should the stream be lost in between, nobody else would know
/// of them.
/// </summary>
internal sealed class UnreadEntries
{
    private const int Most = 100_000;

    private readonly ConcurrentQueue<(LogPosition Id, RevocationEntry Entry)> _entries = new();

    /// <param name="answers">The stream's id of each.</param>
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

    /// <summary>The stream was read up to here.</summary>
    public void Forget(LogPosition read)
    {
        while (_entries.TryPeek(out var first) && !first.Id.IsAfter(read) && _entries.TryDequeue(out _))
        {
        }
    }

    /// <summary>The ones after a position in order, which are the caller's from now on; none of the others is of use.</summary>
    public RevocationEntry[] Take(LogPosition position)
    {
        // Others may be acknowledged meanwhile, and stay.
        var taken = new List<(LogPosition Id, RevocationEntry Entry)>();
        while (_entries.TryDequeue(out var unread))
        {
            taken.Add(unread);
        }

        return [.. taken.Where(unread => unread.Id.IsAfter(position)).OrderBy(unread => unread.Id.First).ThenBy(unread => unread.Id.Second).Select(unread => unread.Entry)];
    }

    /// <summary>Whether rows from a position on are without one of them: a replica that takes over may lack the last entries.</summary>
    public static bool LacksOne((LogPosition Id, RevocationEntry Entry)[] expected, LogPosition position, StreamRow[] rows, bool isLast) =>
        expected.Any(unread => unread.Id.IsAfter(position)
            && (isLast || !unread.Id.IsAfter(rows[^1].Id))
            && !rows.Any(row => row.Id == unread.Id));
}
