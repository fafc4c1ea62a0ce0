namespace Gateway.Keys;

/// <summary>Where an issuer's keys come from: a place outside this process that can fail in every way.</summary>
internal interface IKeySource
{
    /// <summary>What messages call the place.</summary>
    string Name { get; }

    /// <summary>Loads the keys of the moment. Faults of the place are values; only cancellation throws.</summary>
    Task<KeyLoad> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>Keys, or what is wrong in words that fit "could not load keys from X: ...".</summary>
internal readonly record struct KeyLoad(KeyRing? Ring, string? Error)
{
    public static KeyLoad Failed(string error) => new(null, error);

    public static KeyLoad Parse(ReadOnlySpan<byte> jwks) =>
        JsonWebKeySet.TryParse(jwks, out var ring, out var error) ? new KeyLoad(ring, null) : Failed($"the document is no use: {error}");
}
