using System.Text.Json;
using Gateway.Foundation;

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
        return load with { RefreshIn = document.MaxAge is { } age ? TimeSpan.FromTicks(Math.Clamp(age.Ticks, ShortestLife.Ticks, LongestLife.Ticks)) : null };
    }
}

/// <summary>
/// Keys found through the issuer's metadata: OpenID Connect Discovery first, RFC 8414 second. The metadata must name exactly the
/// configured issuer (RFC 8414 section 3.3), else a redirected or mistaken document could bring the keys of another issuer.
/// </summary>
internal sealed class DiscoverySource(KeyDocumentClient client, string issuer) : IKeySource
{
    private Uri? _keysAddress;
    private JwksUriSource? _keys;

    public string Name => issuer;

    public async Task<KeyLoad> LoadAsync(CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        foreach (var address in MetadataAddresses(issuer))
        {
            var (document, _) = await client.GetAsync(address, null, cancellationToken);
            var error = document.Error;
            if (document.Content is { } content && TryReadKeysAddress(content, out var keys, out error))
            {
                if (keys != _keysAddress)
                {
                    _keysAddress = keys;
                    _keys = new JwksUriSource(client, keys);
                }

                return await _keys!.LoadAsync(cancellationToken);
            }

            errors.Add($"{KeyDocumentClient.NameOf(address)}: {error}");
        }

        return KeyLoad.Failed(string.Join("; ", errors));
    }

    /// <summary>OpenID Connect Discovery 1.0 section 4 appends to the issuer; RFC 8414 section 3.1 inserts before its path.</summary>
    public static IEnumerable<Uri> MetadataAddresses(string issuer)
    {
        yield return new Uri($"{issuer.TrimEnd('/')}/.well-known/openid-configuration");
        var root = new Uri(issuer);
        yield return new Uri(root, $"/.well-known/oauth-authorization-server{root.AbsolutePath.TrimEnd('/')}");
    }

    private bool TryReadKeysAddress(byte[] content, out Uri address, out string? error)
    {
        address = null!;
        if (!StrictJson.TryParseObject(content, out var metadata))
        {
            error = "the metadata is not a strict JSON object";
            return false;
        }

        if (!metadata.TryGetProperty("issuer"u8, out var name) || name.ValueKind != JsonValueKind.String || !name.ValueEquals(issuer))
        {
            error = "the metadata names another `issuer` than the configured one";
            return false;
        }

        if (!metadata.TryGetProperty("jwks_uri"u8, out var keys) || keys.ValueKind != JsonValueKind.String
            || !Uri.TryCreate(keys.GetString(), UriKind.Absolute, out address!))
        {
            error = "the metadata has no absolute `jwks_uri`";
            return false;
        }

        // A change from https to http is rejected too: metadata that was read over TLS must not lead to keys that are not.
        var isAllowed = client.Allows(address) && (address.Scheme == Uri.UriSchemeHttps || !issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        error = isAllowed ? null : "the `jwks_uri` is not https";
        return error is null;
    }
}
