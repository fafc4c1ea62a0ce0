using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Jose;

/// <summary>
/// The gateway's own keys, read from a JWK Set with private keys: the first signs, all are published. Immutable; replaced as a whole. A set
/// with a key that cannot be used is an error as a whole, because a destination could miss the key later.
/// </summary>
internal sealed class JwsSignerSet
{
    /// <summary>Bytes of the file.</summary>
    public const int MaxLength = 64 * 1024;

    // One signs. The others are published for a rotation: coming keys, and past ones whose assertions are still valid.
    private const int MaxKeys = 8;

    private JwsSignerSet(JwsSigner current, ImmutableArray<JwsSigner> all)
    {
        (Current, All) = (current, all);
        Jwks = Utf8Json.Object(json =>
        {
            json.WriteStartArray("keys"u8);
            foreach (var signer in all)
            {
                json.WriteRawValue(signer.PublicJwk);
            }

            json.WriteEndArray();
        });
        EntityTag = $"\"{Base64Url.EncodeToString(SHA256.HashData(Jwks.Span).AsSpan(0, 12))}\"";
    }

    /// <summary>The key that signs. While the file keeps it first, it is the same object.</summary>
    public JwsSigner Current { get; }

    public ImmutableArray<JwsSigner> All { get; }

    /// <summary>The JWK Set to publish (RFC 7517 section 5), without private halves.</summary>
    public ReadOnlyMemory<byte> Jwks { get; }

    /// <summary>The strong validator of <see cref="Jwks"/> (RFC 9110 section 8.8.3).</summary>
    public string EntityTag { get; }

    /// <summary>
    /// The same set, with the other's signing key if this one has an equal one in its place. Assertions that are kept with a token name the
    /// object that signed them, so an equal key must stay the same object.
    /// </summary>
    public JwsSignerSet After(JwsSignerSet previous) =>
        Current.IsSameAs(previous.Current) ? new JwsSignerSet(previous.Current, [previous.Current, .. All[1..]]) : this;

    /// <param name="error">Fits "this file cannot be used: ...". Never shows key material.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JwsSignerSet? set, [NotNullWhen(false)] out string? error)
    {
        set = null;
        if (utf8.Length > MaxLength)
        {
            error = $"it is larger than {MaxLength} bytes";
            return false;
        }

        if (!StrictJson.TryParseObject(utf8, out var document)
            || !document.TryGetProperty("keys"u8, out var keys)
            || keys.ValueKind != JsonValueKind.Array)
        {
            error = "it is not a JWK Set, a strict JSON object with a `keys` array (RFC 7517 section 5)";
            return false;
        }

        if (keys.GetArrayLength() is 0 or > MaxKeys)
        {
            error = $"it lists {keys.GetArrayLength()} keys; 1 to {MaxKeys} are possible";
            return false;
        }

        var all = ImmutableArray.CreateBuilder<JwsSigner>();
        foreach (var jwk in keys.EnumerateArray())
        {
            if (!PrivateJsonWebKey.TryRead(jwk, out var signer, out var why))
            {
                error = $"{JsonWebKey.NameOf(jwk)} {why}";
                return false;
            }

            if (all.Any(other => other.KeyId == signer.KeyId))
            {
                error = $"{JsonWebKey.NameOf(jwk)} has the `kid` of another key, so that destinations could not choose";
                return false;
            }

            all.Add(signer);
        }

        error = null;
        set = new JwsSignerSet(all[0], all.ToImmutable());
        return true;
    }
}
