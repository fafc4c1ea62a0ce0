using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>
/// The public key of a JWK in the one text that RFC 7638 section 3 hashes: the required members of its type, in order, without white space.
/// Equal thumbprints therefore mean equal keys, whatever else two JWKs say.
/// </summary>
internal readonly record struct MinimalJwk(string Text)
{
    public const int ThumbprintLength = SHA256.HashSizeInBytes;

    // RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1; a key that was sent along with its private half proves nothing.
    private static readonly ImmutableArray<string> PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    // RFC 7638 section 3.2 and RFC 8037 section 2, in the order in which they are hashed.
    private static readonly ImmutableArray<(string Type, ImmutableArray<string> Members)> RequiredMembers =
        [("EC", ["crv", "kty", "x", "y"]), ("RSA", ["e", "kty", "n"]), ("OKP", ["crv", "kty", "x"])];

    // base64url and the names of curves: no character that JSON could write in two ways.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>False for what is no public key of a known type.</summary>
    public static bool TryRead(JsonElement jwk, out MinimalJwk minimal)
    {
        minimal = default;
        if (jwk.ValueKind != JsonValueKind.Object || PrivateMembers.Any(name => jwk.TryGetProperty(name, out _))
            || !TryReadText(jwk, "kty", out var type)
                || RequiredMembers.FirstOrDefault(row => row.Type == type).Members is not { IsDefault: false } members)
        {
            return false;
        }

        var text = new StringBuilder("{");
        foreach (var name in members)
        {
            if (!TryReadText(jwk, name, out var value))
            {
                return false;
            }

            text.Append(text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":\"").Append(value).Append('"');
        }

        minimal = new MinimalJwk(text.Append('}').ToString());
        return true;
    }

    /// <summary>RFC 7638 with SHA-256.</summary>
    /// <param name="thumbprint">At least <see cref="ThumbprintLength"/> bytes.</param>
    public void HashTo(Span<byte> thumbprint) => SHA256.HashData(Encoding.ASCII.GetBytes(Text), thumbprint);

    /// <summary>The key for any algorithm that it fits. False when its numbers are no key, or one of a size that is not accepted.</summary>
    public bool TryImport([NotNullWhen(true)] out VerificationKey? key)
    {
        key = null;
        return StrictJson.TryParseObject(Encoding.ASCII.GetBytes(Text), out var json) && JsonWebKey.TryRead(json, out key, out _);
    }

    private static bool TryReadText(JsonElement jwk, string name, [NotNullWhen(true)] out string? text)
    {
        text = jwk.TextOf(name);
        return !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(Plain);
    }
}
