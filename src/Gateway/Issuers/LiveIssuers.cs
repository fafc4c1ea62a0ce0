namespace Gateway.Issuers;

/// <summary>The issuers of the snapshot in effect, for the layers that do not know snapshots. Told by <c>LiveGateway.Changed</c>.</summary>
internal sealed class LiveIssuers(IssuerDirectory first)
{
    private volatile IssuerDirectory _current = first;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IssuerDirectory Current => _current;

    /// <summary>Completes with the next change. Taken before <see cref="Current"/>, it misses none.</summary>
    public Task Changed => _changed.Task;

    public void Apply(IssuerDirectory next)
    {
        _current = next;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
