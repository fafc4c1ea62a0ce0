using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>The issuers of the snapshot in effect, for the layers that do not know snapshots. Told by <c>LiveGateway.Changed</c>.</summary>
internal sealed class LiveIssuers(IssuerDirectory first)
{
    private readonly ChangeSignal _changes = new();
    private volatile IssuerDirectory _current = first;

    public IssuerDirectory Current => _current;

    /// <inheritdoc cref="ChangeSignal.Next"/>
    public Task NextChange => _changes.Next;

    public void Apply(IssuerDirectory next)
    {
        _current = next;
        _changes.Raise();
    }
}
