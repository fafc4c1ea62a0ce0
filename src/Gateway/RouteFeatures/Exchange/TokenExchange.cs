using System.Collections.Concurrent;
using System.Text;
using Gateway.Authentication;
using Gateway.Foundation;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.RouteFeatures.Exchange;

/// <summary>The outcome of an exchange: credentials for the destination, or why there are none; exactly one of the two.</summary>
/// <param name="Authorization">The value of the header.</param>
/// <param name="RenewAt">Unix seconds: the outcome is used until then.</param>
/// <param name="End">Unix seconds: the token has expired.</param>
internal sealed record ExchangedToken(string? Authorization, string? Error, double RenewAt, double End);

/// <summary>
/// The exchanged tokens of one <c>Gateway:Exchanges</c> entry. Each caller's token is exchanged once, however many requests wait for it,
/// and again shortly before the exchanged token expires. A failure is kept for a second. Memory and running exchanges are bounded.
/// </summary>
internal sealed partial class TokenExchange(ExchangeSettings settings, TimeProvider time, ILogger<TokenExchange>? logger) : IDisposable
{
    private const long MaxBytes = 32L * 1024 * 1024;
    private const int EntryBytes = 400;
    private const int MaxRunning = 256;

    // Seconds.
    private const double KeepFailure = 1;
    private const double LongestReserve = 30;

    // So that an explanation finds it; no request uses it that long.
    private const double ShowFailure = 60;

    private readonly TokenEndpoint _endpoint = new(settings);
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly ConcurrentDictionary<string, Task<ExchangedToken>> _running = new(StringComparer.Ordinal);
    private int _count;
    private string? _reported;

    private double Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Completes at once for a token that was exchanged before, and while the exchanged token is renewed.</summary>
    /// <param name="cancellationToken">Ends the waiting of this caller; the exchange goes on for the others.</param>
    public ValueTask<ExchangedToken> GetAsync(VerifiedToken token, CancellationToken cancellationToken)
    {
        var known = Find(token.Fingerprint);
        if (known is null)
        {
            return new(JoinAsync(token, known).WaitAsync(cancellationToken));
        }

        var now = Now;
        if (now < known.RenewAt)
        {
            return ValueTask.FromResult(known);
        }

        var renewed = JoinAsync(token, known);
        return known.Authorization is not null && now < known.End ? ValueTask.FromResult(known) : new(renewed.WaitAsync(cancellationToken));
    }

    /// <summary>What is known about a token, for explanations; null when it was not exchanged, or too long ago.</summary>
    public ExchangedToken? Find(string fingerprint) => _known.TryGetValue(fingerprint, out var found) ? (ExchangedToken?)found : null;

    public void Dispose()
    {
        _endpoint.Dispose();
        _known.Dispose();
    }

    private Task<ExchangedToken> JoinAsync(VerifiedToken token, ExchangedToken? known)
    {
        var own = new TaskCompletionSource<ExchangedToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _running.GetOrAdd(token.Fingerprint, own.Task);
        if (ReferenceEquals(running, own.Task))
        {
            _ = RunAsync(token, known, own);
        }

        return running;
    }

    private async Task RunAsync(VerifiedToken token, ExchangedToken? known, TaskCompletionSource<ExchangedToken> own)
    {
        var outcome = new ExchangedToken(null, "the exchange broke off", 0, 0);
        try
        {
            outcome = await ExchangeAsync(token, known);
        }
        finally
        {
            _running.TryRemove(token.Fingerprint, out _);
            own.SetResult(outcome);
        }
    }

    private async Task<ExchangedToken> ExchangeAsync(VerifiedToken token, ExchangedToken? known)
    {
        // Another exchange may have ended between the look into the cache and the start of this one.
        if (Find(token.Fingerprint) is { } found && Now < found.RenewAt)
        {
            return found;
        }

        if (Interlocked.Increment(ref _count) > MaxRunning)
        {
            Interlocked.Decrement(ref _count);
            return new ExchangedToken(null, $"{MaxRunning} exchanges are running already", 0, 0);
        }

        IssuedToken issued;
        try
        {
            issued = await _endpoint.ExchangeAsync(Encoding.ASCII.GetString(token.Credential));
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }

        Report(issued.Error);
        var now = Now;
        var outcome = issued.Token is { } text
            ? new ExchangedToken(
                $"Bearer {text}", null, now + issued.Lifetime - Math.Min(LongestReserve, issued.Lifetime / 4), now + issued.Lifetime)
            // A token that could not be renewed is used to its end.
            : known?.Authorization is not null && now < known.End ? known with { RenewAt = Math.Min(now + KeepFailure, known.End) }
            : new ExchangedToken(null, issued.Error, now + KeepFailure, now + KeepFailure);
        _known.Set(token.Fingerprint, outcome, new MemoryCacheEntryOptions
        {
            AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(Math.Max(outcome.End - now, ShowFailure)),
            Size = EntryBytes + (sizeof(char) * (outcome.Authorization?.Length ?? 0)),
        });
        return outcome;
    }

    /// <summary>Logs a failure once while it stays the same.</summary>
    private void Report(string? error)
    {
        if (Interlocked.Exchange(ref _reported, error) != error && error is not null && logger is not null)
        {
            Failed(logger, settings.Name, error);
        }
    }

    [LoggerMessage(EventIds.ExchangeFailed, LogLevel.Warning, "Exchange {Exchange} has no token from the token endpoint: {Error}.")]
    private static partial void Failed(ILogger logger, string exchange, string error);
}
