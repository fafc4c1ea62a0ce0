using System.Collections.Concurrent;
using System.Globalization;

namespace Gateway.Testing.Drills;

/// <summary>A revoked token of the traffic.</summary>
/// <param name="Acknowledged">The timestamp of the answer that it is kept.</param>
internal sealed record RevokedToken(string Id, string Text, long Acknowledged, string Path = RevocationSite.Strict)
    : TrafficToken(Text, true, Path);

/// <summary>New revocations at a steady rate, each of a token of its own that was good until then, at the gateways in turn.</summary>
internal sealed class ArrivingRevocations(RevocationSite site, int perSecond, string prefix) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RevokedToken> _acknowledged = new();
    private readonly List<Task> _underWay = [];
    private Task _running = Task.CompletedTask;
    private int _rejected;
    private int _broken;

    /// <summary>What the gateways said is kept.</summary>
    public IReadOnlyCollection<RevokedToken> Acknowledged => _acknowledged;

    /// <summary>How many were answered with 503: the operator knows that they are not kept.</summary>
    public int Rejected => Volatile.Read(ref _rejected);

    /// <summary>How many had any other answer.</summary>
    public int Broken => Volatile.Read(ref _broken);

    public void Start() => _running = RunAsync();

    /// <summary>No new ones; waits for the answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Task.WhenAll(_underWay);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            _underWay.Add(RevokeAsync(i));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task RevokeAsync(int i)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");
        var token = site.Token(id);
        try
        {
            foreach (var gateway in Enumerable.Range(0, site.Gateways.Count))
            {
                await site.AskAsync(gateway, token);
            }

            switch (await site.RevokeAsync(i % site.Gateways.Count, id))
            {
                // Stored, but not yet in effect on that gateway because the store failed in between: the guarantee is the same.
                case 200 or 202:
                    _acknowledged.Enqueue(new RevokedToken(id, token, TimeProvider.System.GetTimestamp()));
                    break;
                case 503:
                    Interlocked.Increment(ref _rejected);
                    break;
                default:
                    Interlocked.Increment(ref _broken);
                    break;
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _broken);
        }
    }
}
