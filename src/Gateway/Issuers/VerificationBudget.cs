namespace Gateway.Issuers;

/// <summary>
/// How many signatures of one issuer are checked at once. Checking is all the work an attacker can make us do. While most signatures are
/// good, no request waits; in a flood of bad ones the issuer's new tokens stand in a line for half of the cores, while known tokens have
/// the others.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle is never taken has nothing to dispose of.
internal sealed class VerificationBudget(int cores)
#pragma warning restore CA1001
{
    // A queue of this length takes a core about 50 ms; later requests are rejected instead of waiting longer.
    private const int MostWaiting = 2000;

    /// <summary>So many more bad than good signatures are a flood; it is over when as many more were good.</summary>
    public const int Flood = 32;

    private readonly SemaphoreSlim _places = new(Math.Max(1, cores / 2));
    private int _waiting;

    // Bad signatures beyond the good ones, between 0 and twice the flood.
    private int _bad;

    /// <summary>A place to verify one signature, for the caller to give back; none when the line is too long.</summary>
    public async ValueTask<Place> EnterAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _bad) < Flood)
        {
            // A line for all cores would only be one for threads that lost theirs in the middle of a check.
            return new Place(true, null);
        }

        if (_places.Wait(0, CancellationToken.None))
        {
            return new Place(true, _places);
        }

        if (Volatile.Read(ref _waiting) >= MostWaiting)
        {
            return default;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await _places.WaitAsync(cancellationToken);
            return new Place(true, _places);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>
    /// What a check came to. Of two at once one may go uncounted. Good ones count only where the same token cannot come again as a new
    /// one, or who holds a single good token could make up for any number of bad ones.
    /// </summary>
    public void Count(bool isGood)
    {
        var bad = Volatile.Read(ref _bad);
        var next = Math.Clamp(isGood ? bad - 1 : bad + 1, 0, 2 * Flood);
        if (next != bad)
        {
            Volatile.Write(ref _bad, next);
        }
    }

    internal readonly struct Place(bool isTaken, SemaphoreSlim? line) : IDisposable
    {
        public bool IsTaken => isTaken;

        public void Dispose() => line?.Release();
    }
}
