namespace Gateway.Revocation;

/// <summary>
/// Waits for changes of the SQLite file. All writers of a file in WAL mode run on one machine, so the operating system reports each write,
/// and a gateway at rest does not poll. Where it cannot report them, such as at its limit of watches, the file is polled.
/// </summary>
internal sealed class StoreFileWatch(string path, TimeProvider time) : IDisposable
{
    // A revocation is to take effect within 100 ms: half of that is the wait, the rest is for the read.
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan WatchedPollInterval = TimeSpan.FromSeconds(1);

    // A commit becomes visible some time after its last write to the file: after the flush to the disk.
    private static readonly TimeSpan CommitTime = TimeSpan.FromSeconds(5);

    // Several writes make one commit, and under load the reads of many commits are one.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // An open connection would continue to read a file that was deleted or replaced, without an error.
    private static readonly TimeSpan ReopenEvery = TimeSpan.FromSeconds(1);

    // A replaced file is reported, a replaced folder is not.
    private static readonly TimeSpan WatchedReopenEvery = TimeSpan.FromSeconds(5);

    private volatile TaskCompletionSource _changed = New();
    private volatile bool _isReplaced;
    private FileSystemWatcher? _watcher;
    private bool _isStarted;
    private long? _lastChange;

    /// <summary>Whether another file may have taken the place of the one that was opened at that timestamp.</summary>
    public bool IsReplaced(long opened) =>
        _isReplaced || time.GetElapsedTime(opened) >= (_watcher is null ? ReopenEvery : WatchedReopenEvery);

    /// <summary>Before the file is opened: a replacement after it counts again.</summary>
    public void Opening() => _isReplaced = false;

    private bool IsSettling => _lastChange is { } last && time.GetElapsedTime(last) < CommitTime;

    /// <summary>
    /// Completes after a change, and at the latest after the interval of polling. The first call starts to watch, and completes at once:
    /// what changed before it is not reported.
    /// </summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _watcher = Watch();
            return;
        }

        var changed = _changed;
        using (var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var interval = _watcher is null || IsSettling ? PollInterval : WatchedPollInterval;
            await Task.WhenAny(changed.Task, Task.Delay(interval, time, wait.Token));
            await wait.CancelAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (changed.Task.IsCompleted)
        {
            await Task.Delay(Pause, time, cancellationToken);
            // Before the read: a change during it is reported again.
            _changed = New();
            _lastChange = time.GetTimestamp();
        }
    }

    /// <summary>After a fault the folder may be another one: the next wait starts to watch again.</summary>
    public void Stop()
    {
        _watcher?.Dispose();
        _watcher = null;
        _isStarted = false;
    }

    public void Dispose() => _watcher?.Dispose();

    private FileSystemWatcher? Watch()
    {
        var full = Path.GetFullPath(path);
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(full)!)
            {
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName,
                Filters = { Path.GetFileName(full), $"{Path.GetFileName(full)}-wal" },
            };
            watcher.Changed += (_, change) => Change(change.FullPath);
            watcher.Created += (_, change) => Replace(change.FullPath == full);
            watcher.Deleted += (_, change) => Replace(change.FullPath == full);
            watcher.Renamed += (_, change) => Replace(change.FullPath == full || change.OldFullPath == full);
            watcher.Error += (_, _) => Replace(isStore: true);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            return null;
        }
    }

    private void Change(string file)
    {
        // A connection that is opened creates an empty write-ahead log and changes its owner.
        if (new FileInfo(file) is { Exists: true, Length: > 0 })
        {
            _changed.TrySetResult();
        }
    }

    /// <param name="isStore">False for the write-ahead log, which SQLite itself creates and deletes.</param>
    private void Replace(bool isStore)
    {
        if (isStore)
        {
            _isReplaced = true;
            _changed.TrySetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
