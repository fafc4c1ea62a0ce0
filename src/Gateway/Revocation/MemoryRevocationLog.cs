using System.Threading.Channels;
using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>A log in memory, lost at shutdown: for development and for gateways that do not revoke.</summary>
internal sealed class MemoryRevocationLog : IRevocationLog
{
    private readonly Lock _lock = new();
    private readonly List<RevocationEntry> _entries = [];
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly Func<TimeSpan> _checkEvery;

    /// <param name="checkEvery">How often a read proves that the list is current, at the least; null for once a second.</param>
    public MemoryRevocationLog(TimeProvider time, Func<TimeSpan>? checkEvery = null) =>
        (_time, _checkEvery) = (time, checkEvery ?? (() => Heartbeat));

    public ValueTask<long> AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            _entries.AddRange(entries.Select(entry => entry with { At = now }));
        }

        var kept = _time.GetTimestamp();
        _changed.Writer.TryWrite(true);
        return ValueTask.FromResult(kept);
    }

    public ValueTask<RevocationPage> ReadAfterAsync(LogPosition position, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var entries = _entries[(int)position.First..];
            return ValueTask.FromResult(new RevocationPage(entries, new LogPosition((ulong)_entries.Count), IsLast: true));
        }
    }

    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        var period = _checkEvery() is var most && most < Heartbeat ? most : Heartbeat;
        using var heartbeat = new CancellationTokenSource(_time.UntilNext(period), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(heartbeat.Token, cancellationToken);
        try
        {
            await _changed.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The heartbeat: reading again proves that the list is current.
        }
    }
}
