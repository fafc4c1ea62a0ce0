namespace Gateway.Issuers;

/// <summary>The issuers in force, for those who keep their keys; swapped whole when the configuration changes.</summary>
internal sealed class LiveIssuers(IssuerDirectory first)
{
    private volatile IssuerDirectory _current = first;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IssuerDirectory Current => _current;

    /// <summary>Completes with the next change. Taken before <see cref="Current"/>, it misses none.</summary>
    public Task Changed => _changed.Task;

    public void Swap(IssuerDirectory next)
    {
        _current = next;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}
