namespace Gateway.Keys;

/// <summary>
/// How many signatures of one issuer are checked at once. Checking is all the work an attacker can make us do, so a flood of bad
/// signatures waits in its own line while known tokens and other issuers have the other cores.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody takes has nothing to dispose of.
internal sealed class VerificationBudget
#pragma warning restore CA1001
{
    // A line this long takes a core some 50 ms; whoever comes later would wait longer than it is worth.
    private const int MostWaiting = 2000;

    private readonly SemaphoreSlim _free = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>A place to verify one signature, for the caller to give back; none when the line is too long.</summary>
    public async ValueTask<Place> EnterAsync(CancellationToken cancellationToken)
    {
        if (_free.Wait(0, CancellationToken.None))
        {
            return new Place(_free);
        }

        if (Volatile.Read(ref _waiting) >= MostWaiting)
        {
            return default;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await _free.WaitAsync(cancellationToken);
            return new Place(_free);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    internal readonly struct Place(SemaphoreSlim? free) : IDisposable
    {
        public bool IsTaken => free is not null;

        public void Dispose() => free?.Release();
    }
}
