using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// An issuer's metadata: OpenID Connect Discovery first, RFC 8414 second. It must name exactly the configured issuer (RFC 8414 section
/// 3.3), else a redirected or mistaken document could bring the addresses of another issuer.
/// </summary>
internal static class IssuerMetadata
{
    /// <summary>OpenID Connect Discovery 1.0 section 4 appends to the issuer; RFC 8414 section 3.1 inserts before its path.</summary>
    public static IEnumerable<Uri> Addresses(string issuer)
    {
        yield return new Uri($"{issuer.TrimEnd('/')}/.well-known/openid-configuration");
        var root = new Uri(issuer);
        yield return new Uri(root, $"/.well-known/oauth-authorization-server{root.AbsolutePath.TrimEnd('/')}");
    }

    /// <summary>The address that a member of the metadata holds, or what is wrong with each document.</summary>
    public static async Task<(Uri? Address, string? Error)> FindAddressAsync(
        KeyDocumentClient client, string issuer, string member, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        foreach (var place in Addresses(issuer))
        {
            var (document, _) = await client.GetAsync(place, null, cancellationToken);
            var error = document.Error;
            if (document.Content is { } content && TryRead(content, client, issuer, member, out var address, out error))
            {
                return (address, null);
            }

            errors.Add($"{KeyDocumentClient.NameOf(place)}: {error}");
        }

        return (null, string.Join("; ", errors));
    }

    private static bool TryRead(byte[] content, KeyDocumentClient client, string issuer, string member, out Uri address, out string? error)
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

        if (!metadata.TryGetProperty(member, out var value) || value.ValueKind != JsonValueKind.String
            || !Uri.TryCreate(value.GetString(), UriKind.Absolute, out address!))
        {
            error = $"the metadata has no absolute `{member}`";
            return false;
        }

        // A change from https to http is rejected too: metadata that was read over TLS must not lead to an address without.
        var isAllowed = client.Allows(address)
            && (address.Scheme == Uri.UriSchemeHttps || !issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
        error = isAllowed ? null : $"the `{member}` is not https";
        return error is null;
    }
}
