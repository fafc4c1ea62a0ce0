namespace Gateway.Foundation;

/// <summary>Tells loops that wait that a value has changed.</summary>
internal sealed class ChangeSignal
{
    private volatile TaskCompletionSource _next = Create();

    /// <summary>Completes with the next change. A loop that takes it before it reads the value misses no change.</summary>
    public Task Next => _next.Task;

    public void Raise() => Interlocked.Exchange(ref _next, Create()).SetResult();

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
