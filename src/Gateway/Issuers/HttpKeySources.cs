namespace Gateway.Issuers;

/// <summary>A JWK Set at an address.</summary>
internal sealed class JwksUriSource(KeyDocumentClient client, Uri address) : IKeySource
{
    // The published lifetime counts within these bounds: never a storm, never blind for longer than an hour.
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    private DocumentVersion? _version;

    public string Name => KeyDocumentClient.NameOf(address);

    public async Task<KeyLoad> LoadAsync(CancellationToken cancellationToken)
    {
        var (document, version) = await client.GetAsync(address, _version, cancellationToken);
        if (document.Error is not null)
        {
            return KeyLoad.Failed(document.Error);
        }

        var load = document.Content is { } content ? KeyLoad.Parse(content) : KeyLoad.Unchanged;
        // A document that is no use must be sent again in full, or it would count as unchanged next time.
        _version = load.IsSuccess ? version : null;
        return load with
        {
            RefreshIn = document.MaxAge is { } age
                ? TimeSpan.FromTicks(Math.Clamp(age.Ticks, ShortestLife.Ticks, LongestLife.Ticks))
                : null,
        };
    }
}

/// <summary>Keys found through the issuer's metadata.</summary>
internal sealed class DiscoverySource(KeyDocumentClient client, string issuer) : IKeySource
{
    private Uri? _keysAddress;
    private JwksUriSource? _keys;

    public string Name => issuer;

    public async Task<KeyLoad> LoadAsync(CancellationToken cancellationToken)
    {
        var (address, error) = await IssuerMetadata.FindAddressAsync(client, issuer, "jwks_uri", cancellationToken);
        if (address is null)
        {
            return KeyLoad.Failed(error!);
        }

        if (address != _keysAddress)
        {
            _keysAddress = address;
            _keys = new JwksUriSource(client, address);
        }

        return await _keys!.LoadAsync(cancellationToken);
    }
}
