using Microsoft.Data.Sqlite;

namespace Gateway.Revocation;

/// <summary>
/// The embedded store: one SQLite file that the gateway follows and to which <c>gateway revoke</c> writes from another process.
/// Acknowledged entries are durable: SQLite uses a write-ahead log with a flush at each commit.
/// </summary>
/// <param name="checkEvery">How often the file is read without a report of a change, at the least; null for once a second.</param>
internal sealed class SqliteRevocationLog(string path, TimeProvider time, Func<TimeSpan>? checkEvery = null) : IRevocationLog, IDisposable
{
    private const int PageSize = 10_000;

    // Entries are deleted well after their expiry, so that a replica with a slow clock has seen them.
    private static readonly TimeSpan KeepExpired = TimeSpan.FromHours(1);

    private readonly ForgettingClock _clock = new(time);
    private readonly StoreFileWatch _watch = new(path, checkEvery ?? (() => TimeSpan.FromSeconds(1)), time);
    private bool _created;
    private long _opened;
    private bool _hasFailed;

    public async ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(afresh: true, cancellationToken);
        await using var transaction = connection.BeginTransaction();
        var now = time.GetUtcNow();
        foreach (var entry in entries)
        {
            await using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText =
                "INSERT INTO revocations (kind, issuer, value, expires, before, op, reason, by, at) " +
                "VALUES ($kind, $issuer, $value, $expires, $before, $op, $reason, $by, $at)";
            insert.Parameters.AddWithValue("$kind", RevocationNames.Of(entry.Kind));
            insert.Parameters.AddWithValue("$issuer", entry.Issuer);
            insert.Parameters.AddWithValue("$value", entry.Value);
            insert.Parameters.AddWithValue("$expires", entry.Expires);
            insert.Parameters.AddWithValue("$before", (object?)entry.Before ?? DBNull.Value);
            insert.Parameters.AddWithValue("$op", RevocationNames.Of(entry.Operation));
            insert.Parameters.AddWithValue("$reason", (object?)entry.Reason ?? DBNull.Value);
            insert.Parameters.AddWithValue("$by", (object?)entry.By ?? DBNull.Value);
            insert.Parameters.AddWithValue("$at", now.ToUnixTimeSeconds());
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var forget = connection.CreateCommand();
        forget.Transaction = transaction;
        forget.CommandText = "DELETE FROM revocations WHERE expires < $limit";
        forget.Parameters.AddWithValue("$limit", (_clock.Now - KeepExpired).ToUnixTimeSeconds());
        await forget.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return time.GetTimestamp();
    }

    public async ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        // After a fault the file may be another one, such as a backup. Reading all entries again does not undo any that were applied.
        position = _hasFailed ? default : position;
        if (_hasFailed)
        {
            _watch.Stop();
        }

        _hasFailed = true;
        _ = _clock.Now;
        var page = await ReadPageAsync(position, cancellationToken);
        _hasFailed = false;
        if (page.Entries.Count > 0)
        {
            _watch.Found();
        }

        return page;
    }

    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken) => await _watch.WaitAsync(cancellationToken);

    public void Dispose() => _watch.Dispose();

    private async ValueTask<RevocationPage> ReadPageAsync(LogPosition position, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(afresh: _watch.IsReplaced(_opened), cancellationToken);
        await using var last = connection.CreateCommand();
        last.CommandText = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'revocations'), 0)";
        if ((long)(await last.ExecuteScalarAsync(cancellationToken))! < (long)position.First)
        {
            // Ids only increase, so this is another file than before.
            position = default;
        }

        await using var select = connection.CreateCommand();
        select.CommandText =
            "SELECT id, kind, issuer, value, expires, before, op, reason, by, at FROM revocations WHERE id > $after ORDER BY id LIMIT " +
                "$limit";
        select.Parameters.AddWithValue("$after", (long)position.First);
        select.Parameters.AddWithValue("$limit", PageSize);
        var entries = new List<RevocationEntry>();
        var rows = 0;
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows++;
            position = new LogPosition((ulong)reader.GetInt64(0));
            // The CHECK constraints of the table allow no other kind or operation, but another program may have created the table.
            if (RevocationNames.TryParse(reader.GetString(1), out RevocationKind kind)
                && RevocationNames.TryParse(reader.GetString(6), out RevocationOperation operation))
            {
                entries.Add(new RevocationEntry(
                    kind,
                    reader.GetString(2),
                    reader.GetString(3),
                    reader.GetInt64(4),
                    reader.IsDBNull(5) ? null : reader.GetInt64(5),
                    operation,
                    reader.IsDBNull(7) ? null : reader.GetString(7),
                    reader.IsDBNull(8) ? null : reader.GetString(8),
                    reader.GetInt64(9)));
            }
        }

        return new RevocationPage(entries, position, IsLast: rows < PageSize);
    }

    private async ValueTask<SqliteConnection> OpenAsync(bool afresh, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 5 }.ToString());
        try
        {
            if (afresh)
            {
                _watch.Opening();
                SqliteConnection.ClearPool(connection);
                _opened = time.GetTimestamp();
            }

            if (!_created)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            }

            await connection.OpenAsync(cancellationToken);
            await using var prepare = connection.CreateCommand();
            prepare.CommandText = _created ? "PRAGMA synchronous = FULL" : Schema;
            await prepare.ExecuteNonQueryAsync(cancellationToken);
            _created = true;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private const string Schema =
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS revocations (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('jti', 'sub', 'sid', 'client', 'issuer', 'token')),
            issuer TEXT NOT NULL,
            value TEXT NOT NULL,
            expires INTEGER NOT NULL,
            before INTEGER,
            op TEXT NOT NULL CHECK (op IN ('revoke', 'restore')),
            reason TEXT,
            by TEXT,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS revocations_expires ON revocations (expires);
        """;
}
