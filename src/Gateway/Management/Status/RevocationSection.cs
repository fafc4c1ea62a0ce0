using System.Globalization;
using Gateway.Explanation;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Runtime;

namespace Gateway.Management.Status;

/// <summary>The revocation list and where it comes from.</summary>
internal static class RevocationSection
{
    public static void Write(
        Html html, GatewaySettings settings, RevocationList list, IRevocationLog log, SnapshotProgress snapshots, RedisStatus? redis,
        DateTimeOffset now)
    {
        html.Add($"<section aria-labelledby=\"revocations\"><h2 id=\"revocations\">Revocations</h2><div class=\"card\"><dl>");
        html.Add($"<dt>State</dt><dd>");
        // Too old or never read: policies decide by OnRevocationUnavailable. A failed read alone changes nothing yet.
        if (list.IsStale)
        {
            html.Add($"<span class=\"badge bad\">{(list.IsLoaded ? "Too old" : "Never read")}</span>");
        }
        else if (list.Error is not null)
        {
            html.Add($"<span class=\"badge warn\">Not read just now</span>");
        }
        else
        {
            html.Add($"<span class=\"badge good\">Current</span>");
        }

        html.Add($"</dd><dt>Store</dt><dd>{StoreOf(log)}{(redis is not null ? $", Redis at {redis.Name}" : "")}</dd>");
        html.Add(
            $"<dt>Entries</dt><dd>{list.Set.Count.ToString("N0", CultureInfo.InvariantCulture)}</dd><dt>Last read to the end</dt><dd>");
        if (list.Lag is { } lag)
        {
            html.Add(
                $"{lag.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s ago, <time " +
                    $"datetime=\"{now - lag}\">{now - lag}</time>");
        }
        else
        {
            html.Add($"never");
        }

        html.Add($" <span class=\"soft\">(too old after {Shown.Duration(list.MaxStaleness.TotalSeconds)})</span></dd>");
        if (list.Error is { } error)
        {
            html.Add($"<dt>Last error</dt><dd>{error}</dd>");
        }

        if (redis is not null)
        {
            html.Add($"<dt>Redis</dt><dd>{redis.Fault ?? (redis.IsConnected ? "answers" : "not connected yet")}; ");
            html.Add($"breaker {(redis.IsBreakerOpen ? "open: one call per second is sent" : "closed")}</dd>");
        }

        if (log is RedisRevocationLog shared)
        {
            html.Add(
                $"<dt>Log</dt><dd>found to have lost entries {shared.Losses} times; {shared.MalformedEntries} entries could not be " +
                    $"read</dd>");
            WriteSnapshots(html, snapshots, now);
        }

        if (settings.Lookup is { } lookup)
        {
            html.Add(
                $"<dt>Look-up</dt><dd>{lookup.Keys.Length} keys a request, within " +
                    $"{lookup.Timeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms</dd>");
        }

        html.Add($"</dl></div></section>");
    }

    /// <summary>The snapshot that this replica started from, and those that the next replica can load.</summary>
    private static void WriteSnapshots(Html html, SnapshotProgress snapshots, DateTimeOffset now)
    {
        html.Add(
            $"<dt>Snapshots</dt><dd>started from " +
                $"{(snapshots.StartedFrom is { } from ? $"the snapshot {snapshots.Started!.Id:N} ({from})" : "the whole stream")}");
        foreach (var (store, seen) in snapshots.Seen.OrderBy(snapshot => snapshot.Key, StringComparer.Ordinal))
        {
            html.Add(
                $"; {store} has {seen.Id.ToString("N")} with {seen.Records.ToString("N0", CultureInfo.InvariantCulture)} records, " +
                    $"written ");
            html.Add(
                $"{Shown.Duration((now - seen.WrittenAt).TotalSeconds)} ago, <time datetime=\"{seen.WrittenAt}\">{seen.WrittenAt}</time>");
        }

        html.Add($"</dd>");
    }

    /// <summary>The store that was opened at the start, which a changed setting does not replace.</summary>
    private static string StoreOf(IRevocationLog log) => log switch
    {
        RedisRevocationLog => nameof(RevocationStore.Redis),
        SqliteRevocationLog => nameof(RevocationStore.Sqlite),
        _ => "Memory: lost when the process ends",
    };
}
