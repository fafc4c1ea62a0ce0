using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// Waits for changes of the SQLite file. All writers of a file in WAL mode run on one machine, so the operating system reports each write,
/// and a gateway at rest does not poll. Where it does not report them, such as at its limit of watches, the file is polled.
/// </summary>
/// <param name="checkEvery">How often the file is read without a report, at the least.</param>
internal sealed class StoreFileWatch(string path, Func<TimeSpan> checkEvery, TimeProvider time) : IDisposable
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

    // The watcher exists, but reports nothing.
    private volatile bool _isBlind;
    private volatile bool _isOverflown;
    private FileSystemWatcher? _watcher;
    private bool _isStarted;
    private bool _wasReported;
    private long? _lastChange;

    private bool IsWatched => _watcher is not null && !_isBlind;

    private bool IsSettling => _lastChange is { } last && time.GetElapsedTime(last) < CommitTime;

    private TimeSpan Interval => !IsWatched || IsSettling ? PollInterval
        : checkEvery() is var most && most < WatchedPollInterval ? most
        : WatchedPollInterval;

    /// <summary>Whether another file may have taken the place of the one that was opened at that timestamp.</summary>
    public bool IsReplaced(long opened) =>
        _isReplaced || time.GetElapsedTime(opened) >= (IsWatched ? WatchedReopenEvery : ReopenEvery);

    /// <summary>Before the file is opened: a replacement after it counts again.</summary>
    public void Opening() => _isReplaced = false;

    /// <summary>
    /// Completes after a change, and at the latest after the interval of polling. The first call starts to watch, and completes at once:
    /// what changed before it is not reported.
    /// </summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (_isOverflown)
        {
            // Reports were lost, and the watcher has ended.
            Stop();
        }

        if (!_isStarted)
        {
            (_isStarted, _wasReported) = (true, true);
            _watcher = Watch();
            return;
        }

        var changed = _changed;
        using (var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            await Task.WhenAny(changed.Task, time.NextAsync(Interval, wait.Token));
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

        _wasReported = !IsWatched || IsSettling;
    }

    /// <summary>
    /// The read after a wait found entries. If no report announced them, another folder is watched than the one that the path leads to,
    /// such as one that was moved away: the next wait starts to watch again.
    /// </summary>
    public void Found()
    {
        if (!_wasReported)
        {
            Stop();
        }
    }

    /// <summary>After a fault the folder may be another one: the next wait starts to watch again.</summary>
    public void Stop()
    {
        if (_isBlind && !_isOverflown)
        {
            // A watcher that could not begin keeps a thread when it is disposed, so there is only one.
            return;
        }

        _watcher?.Dispose();
        _watcher = null;
        (_isStarted, _isBlind, _isOverflown) = (false, false, false);
    }

    public void Dispose() => _watcher?.Dispose();

    private FileSystemWatcher? Watch()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            // SQLite opens the target of a link, and writes its log beside it.
            var link = Path.GetFullPath(path);
            var file = File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;
            watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!)
            {
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName,
                Filters = { Path.GetFileName(file), $"{Path.GetFileName(file)}-wal" },
            };
            watcher.Changed += (_, change) => Change(change.FullPath);
            watcher.Created += (_, change) => Replace(change.FullPath == file);
            watcher.Deleted += (_, change) => Replace(change.FullPath == file);
            watcher.Renamed += (_, change) => Replace(change.FullPath == file || change.OldFullPath == file);
            watcher.Error += (_, error) => Fail(error.GetException());
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException
            or PlatformNotSupportedException)
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

    // .NET also reports here, and not by an exception, that the limit of watches is reached or the folder cannot be listed.
    private void Fail(Exception fault)
    {
        _isOverflown = fault is InternalBufferOverflowException;
        _isBlind = true;
        Replace(isStore: true);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
