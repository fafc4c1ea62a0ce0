using System.Runtime.CompilerServices;

namespace Gateway.Revocation;

/// <summary>Selects the names in a list; null matches all.</summary>
/// <param name="Value">The exact value.</param>
/// <param name="Prefix">The start of the value.</param>
internal sealed record RevocationFilter(RevocationKind? Kind = null, string? Issuer = null, string? Value = null, string? Prefix = null)
{
    public bool Matches(RevocationEntry entry) =>
        // An entry that was put back has only the digest of its name, so only a filter with the exact name can match it.
        (entry.Digest is { } digest && this is { Kind: { } kind, Issuer: { } issuer, Value: { } value, Prefix: null })
            ? digest == RevocationKey.Of(kind, issuer, value)
            : Matches(RevocationName.Of(entry));

    private bool Matches(RevocationName name) =>
        (Kind is null || name.Kind == Kind)
        && (Issuer is null || name.Issuer == Issuer)
        && (Value is null || name.Value == Value)
        && (Prefix is null || name.Value.StartsWith(Prefix, StringComparison.Ordinal));
}

/// <summary>A page of the live revocations, in the order of their names.</summary>
/// <param name="Next">The name after which the next page starts; null at the end.</param>
internal sealed record RevocationListing(IReadOnlyList<RevocationEntry> Entries, RevocationName? Next);

/// <summary>
/// Lists revocations for operators. Replicas keep only digests and cut-offs; names, reasons and callers are in the log. Therefore each
/// query replays the log, and keeps one page of it: the smallest names after a given one. Memory is bounded for a log of any length.
/// </summary>
/// <param name="read">Reads the page after a position of the log.</param>
internal sealed class RevocationHistory(Func<LogPosition, CancellationToken, ValueTask<RevocationPage>> read, TimeProvider time)
{
    /// <summary>
    /// The live revocations that match, in the order of their names. A page may hold fewer entries than the limit, or none, without being
    /// the last.
    /// </summary>
    public async Task<RevocationListing> ListAsync(
        RevocationFilter filter, RevocationName? after, int limit, CancellationToken cancellationToken)
    {
        var known = await ReplayAsync(filter, after, limit, cancellationToken);
        return new RevocationListing([.. known.Values.Where(IsLive)], known.Count == limit ? known.Keys.Last() : null);
    }

    /// <summary>The revocation of this name, also when it has expired; null when there is none or it was restored.</summary>
    public async Task<RevocationEntry?> FindAsync(RevocationName name, CancellationToken cancellationToken)
    {
        var known = await ReplayAsync(new RevocationFilter(name.Kind, name.Issuer, name.Value), null, 1, cancellationToken);
        return known.TryGetValue(name, out var entry) && entry.Operation == RevocationOperation.Revoke ? entry : null;
    }

    /// <summary>All live revocations that match, in the order of their names. Only for commands, because memory is not bounded.</summary>
    public async Task<IReadOnlyList<RevocationEntry>> ListAllAsync(RevocationFilter filter, CancellationToken cancellationToken)
    {
        var known = new Dictionary<RevocationName, RevocationEntry>();
        await foreach (var entry in MatchesAsync(filter, cancellationToken))
        {
            var name = NameOf(entry, filter);
            known[name] = known.TryGetValue(name, out var earlier) ? Merge(earlier, entry) : entry;
        }

        return [.. known.Where(pair => IsLive(pair.Value)).OrderBy(pair => pair.Key).Select(pair => pair.Value)];
    }

    /// <summary>The name of the filter if it is exact, because the log may hold only the digest; else the name of the entry.</summary>
    private static RevocationName NameOf(RevocationEntry entry, RevocationFilter filter) =>
        filter is { Kind: { } kind, Issuer: { } issuer, Value: { } value }
            ? new RevocationName(kind, issuer, value)
            : RevocationName.Of(entry);

    private bool IsLive(RevocationEntry entry) =>
        entry.Operation == RevocationOperation.Revoke && entry.Expires >= time.GetUtcNow().ToUnixTimeSeconds();

    private async Task<SortedList<RevocationName, RevocationEntry>> ReplayAsync(
        RevocationFilter filter, RevocationName? after, int limit, CancellationToken cancellationToken)
    {
        var known = new SortedList<RevocationName, RevocationEntry>();
        await foreach (var entry in MatchesAsync(filter, cancellationToken))
        {
            var name = NameOf(entry, filter);
            if (after is { } place && name.CompareTo(place) <= 0)
            {
                continue;
            }

            if (known.TryGetValue(name, out var earlier))
            {
                known[name] = Merge(earlier, entry);
            }
            else if (known.Count < limit || name.CompareTo(known.Keys[^1]) < 0)
            {
                if (known.Count == limit)
                {
                    known.RemoveAt(limit - 1);
                }

                known.Add(name, entry);
            }
        }

        return known;
    }

    /// <summary>All entries of the log that match, in its order.</summary>
    private async IAsyncEnumerable<RevocationEntry> MatchesAsync(
        RevocationFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RevocationPage page = default;
        do
        {
            page = await read(page.Position, cancellationToken);
            foreach (var entry in page.Entries.Where(filter.Matches))
            {
                yield return entry;
            }
        }
        while (!page.IsLast);
    }

    /// <summary>
    /// Merges as a replica does: of two entries for one name, the later cut-off and the later expiry apply; a restore ends both.
    /// </summary>
    private static RevocationEntry Merge(RevocationEntry earlier, RevocationEntry entry) =>
        entry.Operation == RevocationOperation.Restore || earlier.Operation == RevocationOperation.Restore
            ? entry
            : entry with
            {
                Expires = Math.Max(earlier.Expires, entry.Expires),
                Before = earlier.Before is null || entry.Before is null ? null : Math.Max(earlier.Before.Value, entry.Before.Value),
            };
}
