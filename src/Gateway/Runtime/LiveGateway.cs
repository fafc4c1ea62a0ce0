using Gateway.Foundation;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Runtime;

/// <summary>
/// The snapshot in effect, replaced as a whole. While YARP replaces its routes there is a second snapshot: that of the routes to come.
/// Whatever follows the configuration reads <see cref="Current"/>, is told by <see cref="Changed"/> or waits for
/// <see cref="NextChange"/>.
/// </summary>
internal sealed class LiveGateway
{
    /// <summary>The metadata of a route that names its snapshot.</summary>
    public const string RevisionKey = "Gateway.Revision";

    private readonly ChangeSignal _changes = new();
    private readonly TimeProvider _time;
    private volatile GatewaySnapshot _current;
    private volatile GatewaySnapshot? _next;
    private long _since;

    public LiveGateway(GatewaySnapshots snapshots, ConfigurationReading first, TimeProvider time)
    {
        _time = time;
        _current = snapshots.Create(first, ObjectRegistry.Empty);
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

    /// <summary>The snapshot that a route was read with.</summary>
    public GatewaySnapshot Of(RouteConfig route)
    {
        var revision = route.Metadata![RevisionKey];
        var (current, next) = (_current, _next);
        return current.Revision == revision ? current
            : next?.Revision == revision ? next
            : throw new InvalidOperationException($"Route {route.RouteId} is of a configuration that is not in effect.");
    }

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
