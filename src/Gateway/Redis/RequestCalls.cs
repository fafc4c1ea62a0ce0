using Gateway.Foundation;

namespace Gateway.Redis;

/// <summary>
/// Calls that requests wait for: bounded in number, so that the calls to a Redis that hangs do not pile up, and in time. A call is not
/// cancelled with its request: it holds its place until Redis replies or the connection's own deadline passes. The client keeps a call
/// without a reply for five seconds, so it may have several times as many.
/// </summary>
internal sealed class RequestCalls(int most, TimeProvider time) : IDisposable
{
    public const int OfLookups = 144;
    public const int OfLimits = 48;
    public const int OfProofs = 48;

    private readonly SemaphoreSlim _places = new(most);

    /// <summary>Whether the next call has to wait for a place.</summary>
    public bool IsFull => _places.CurrentCount == 0;

    /// <param name="deadline">How long the request waits, for a place and for Redis.</param>
    /// <param name="isPatient">False to fail at once when there is no place.</param>
    /// <exception cref="RedisUnavailableException">Redis cannot reply, or there was no place in time.</exception>
    /// <exception cref="TimeoutException">Redis did not reply in time.</exception>
    public async ValueTask<T> WaitAsync<T>(
        Func<Task<T>> call, TimeSpan deadline, CancellationToken cancellationToken, bool isPatient = true)
    {
        var running = RunAsync(call, isPatient ? deadline : TimeSpan.Zero);
        try
        {
            return await running.WaitAsync(deadline, time, cancellationToken);
        }
        finally
        {
            running.ObserveLate();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan patience)
    {
        if (!await _places.WaitAsync(patience))
        {
            throw new RedisUnavailableException(RedisFault.TooManyCalls);
        }

        try
        {
            return await call();
        }
        finally
        {
            _places.Release();
        }
    }
}
