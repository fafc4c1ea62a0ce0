using System.Text.Json;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>
/// Reads a JWT that an issuer has signed to tell the gateway something, such as an introspection response or a status list: of the expected
/// type, signed with one of the issuer's keys and algorithms. The claims are not checked.
/// </summary>
internal static class IssuerStatement
{
    /// <param name="maxLength">Characters.</param>
    /// <returns>The claims, or null with what is wrong.</returns>
    public static async ValueTask<(JsonElement? Claims, string? Error)> ReadAsync(
        string text, string type, IssuerProfile issuer, KeySearch keys, int maxLength, CancellationToken cancellationToken)
    {
        if (!TokenParts.TryRead(text, out var header, out var claims, out _, maxLength))
        {
            return (null, "it is not a signed JWT of strict JSON");
        }

        if (header.Type is null || !TokenKind.IsAllowedType(header.Type, [type]))
        {
            return (null, $"its `typ` is not {type}");
        }

        if (SignatureAlgorithms.Find(header.Algorithm) is not { } algorithm || !issuer.Algorithms.Contains(algorithm.Algorithm))
        {
            return (null, "its `alg` is not one that the issuer may use");
        }

        var (key, _) = await keys.KeyOfAsync(issuer.Keys, new WantedKey(header.KeyId, algorithm), cancellationToken);
        if (key is null)
        {
            return (null, "the issuer publishes no key for its `kid` and `alg`");
        }

        return TokenParts.IsSigned(text, algorithm, key, maxLength) ? (claims, null) : (null, "its signature does not verify");
    }
}
