using Gateway.Foundation;

namespace Gateway.Runtime;

/// <summary>
/// The snapshot in effect, replaced as a whole. While YARP replaces its routes there is a second snapshot: that of the routes to come.
/// Whatever follows the configuration reads <see cref="Current"/>, is told by <see cref="Changed"/> or waits for
/// <see cref="NextChange"/>.
/// </summary>
internal sealed class LiveGateway
{
    private readonly ChangeSignal _changes = new();
    private readonly TimeProvider _time;
    private volatile GatewaySnapshot _current;
    private volatile GatewaySnapshot? _next;
    private long _since;

    public LiveGateway(GatewaySnapshots snapshots, ConfigurationReading first, TimeProvider time)
    {
        _time = time;
        _current = snapshots.CreateFirst(first);
        _since = time.GetUtcNow().UtcTicks;
    }

    /// <summary>
    /// A snapshot has come into effect. Raised on the thread of the change, one after the other; handlers must not throw.
    /// </summary>
    public event Action<GatewaySnapshot>? Changed;

    /// <inheritdoc cref="ChangeSignal.Next"/>
    public Task NextChange => _changes.Next;

    public GatewaySnapshot Current => _current;

    /// <summary>When <see cref="Current"/> came into effect.</summary>
    public DateTimeOffset Since => new(Volatile.Read(ref _since), TimeSpan.Zero);

    /// <summary>The snapshot that is announced, else the one in effect. Endpoints that YARP builds belong to it.</summary>
    public GatewaySnapshot Newest => _next ?? _current;

    public void Announce(GatewaySnapshot next) => _next = next;

    public void Withdraw() => _next = null;

    public void Swap(GatewaySnapshot next)
    {
        Volatile.Write(ref _since, _time.GetUtcNow().UtcTicks);
        _current = next;
        _next = null;
        try
        {
            Changed?.Invoke(next);
        }
        finally
        {
            _changes.Raise();
        }
    }
}
