using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

/// <summary>A shared log in memory that can lose its end, as Redis can: what comes later has larger ids than what was lost.</summary>
internal sealed class LosingLog
{
    private const int PageSize = 3;

    private readonly List<(ulong Id, RevocationEntry Entry)> _entries = [];
    private ulong _lastId;
    private View? _leader;

    public void Append(IEnumerable<RevocationEntry> entries) => _entries.AddRange(entries.Select(entry => (++_lastId, entry)));

    /// <param name="kept">How many of the oldest entries stay.</param>
    public void Lose(int kept) => _entries.RemoveRange(Math.Min(kept, _entries.Count), _entries.Count - Math.Min(kept, _entries.Count));

    /// <summary>Keeps some of the oldest entries, and gives others the ids after them from the start.</summary>
    public void Replace(int kept, IReadOnlyList<RevocationEntry> others)
    {
        Lose(kept);
        _lastId = (ulong)kept;
        Append(others);
    }

    /// <summary>One replica's connection.</summary>
    public sealed class View(LosingLog log) : IRevocationLog
    {
        private readonly AnchorChoice _anchors = new();
        private ulong _lostAt;
        private int _pages = 2;

        /// <summary>Once connected again, the second page fails once more.</summary>
        public bool IsConnected
        {
            get;
            set
            {
                _pages = value && !field ? 0 : 2;
                field = value;
                // Who leads and is not heard of leads no more after a while.
                log._leader = log._leader == this ? null : log._leader;
            }
        }

        = true;

        public ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
        {
            log.Append(entries);
            return ValueTask.FromResult(0L);
        }

        public ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
        {
            if (!IsConnected || ++_pages == 2)
            {
                throw new IOException("no connection");
            }

            if (position != default && !log._entries.Exists(entry => entry.Id == position.First))
            {
                _lostAt = Math.Max(_lostAt, position.First);
                return ValueTask.FromResult(new RevocationPage([], default, IsLast: false, IsAfterLoss: true));
            }

            if (position == default)
            {
                _anchors.Restart();
            }

            var rows = log._entries.Where(entry => entry.Id > position.First).Take(PageSize).ToList();
            rows.ForEach(row => _anchors.Saw(new StreamRow(new LogPosition(row.Id), row.Entry)));
            var page = new RevocationPage(
                [.. rows.Select(row => row.Entry)], rows.Count == 0 ? position : new LogPosition(rows[^1].Id), rows.Count < PageSize,
                rows.Count(row => row.Id <= _lostAt), Anchor: _anchors.Best);
            _lostAt = page.IsLast ? 0 : _lostAt;
            return ValueTask.FromResult(page);
        }

        public ValueTask<bool> TryResumeAsync(LogAnchor anchor, CancellationToken cancellationToken)
        {
            var row = log._entries.Select(
                entry => new StreamRow(new LogPosition(entry.Id), entry.Entry)).SingleOrDefault(row => row.Id == anchor.Id);
            var isFound = anchor.IsAt(row) && log._entries.Exists(entry => entry.Id == anchor.End.First);
            _anchors.Restart(isFound ? row : default);
            return ValueTask.FromResult(isFound);
        }

        public ValueTask WaitForChangeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<bool> TryLeadAsync(CancellationToken cancellationToken)
        {
            log._leader ??= this;
            return ValueTask.FromResult(log._leader == this);
        }

        public ValueTask EndLeadAsync(CancellationToken cancellationToken)
        {
            log._leader = log._leader == this ? null : log._leader;
            return ValueTask.CompletedTask;
        }
    }
}
