namespace Gateway.Keys;

/// <summary>One issuer's key source and the ring of the moment. Requests read <see cref="Current"/>; only the refresher swaps it.</summary>
internal sealed class IssuerKeys(string issuer, IKeySource source)
{
    private volatile KeyRing _current = KeyRing.Empty;

    /// <summary>The issuer's name in yarp.json.</summary>
    public string Issuer => issuer;

    public IKeySource Source => source;

    public KeyRing Current => _current;

    public void Replace(KeyRing ring) => _current = ring;
}
