using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>Where an issuer's keys come from: a place outside this process that can fail in every way.</summary>
internal interface IKeySource
{
    /// <summary>What messages call the place.</summary>
    string Name { get; }

    /// <summary>
    /// True when the place is a server that may be down when we start, so that its documents are worth keeping and sharing.
    /// </summary>
    bool IsRemote => true;

    /// <summary>Loads the keys of the moment. Faults of the place are values; only cancellation throws.</summary>
    Task<KeyLoad> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>
/// What a source brought: keys, the news that nothing changed, or what is wrong in words that fit "could not load keys from X: ...".
/// </summary>
internal sealed record KeyLoad
{
    private KeyLoad()
    {
    }

    /// <summary>The keys, unless the load failed or nothing changed.</summary>
    public KeyRing? Ring { get; private init; }

    public string? Error { get; private init; }

    public bool IsSuccess => Error is null;

    /// <summary>The document the ring was read from, for those who keep it; null for secrets.</summary>
    public byte[]? Document { get; private init; }

    /// <summary>When the source wants to be asked again; null leaves it to the refresher.</summary>
    public TimeSpan? RefreshIn { get; init; }

    public static KeyLoad Unchanged { get; } = new();

    public static KeyLoad Failed(string error) => new() { Error = error };

    public static KeyLoad Of(KeyRing ring) => new() { Ring = ring };

    public static KeyLoad Parse(byte[] jwks) => JsonWebKeySet.TryParse(jwks, out var ring, out var error)
        ? new KeyLoad { Ring = ring, Document = jwks }
        : Failed($"the document cannot be used: {error}");
}
