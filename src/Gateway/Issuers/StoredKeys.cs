using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gateway.Foundation;

namespace Gateway.Issuers;

/// <summary>
/// A fetched key document as it is kept outside the process, on disk for the next start and in Redis for the other replicas. It says
/// whose it is, where it came from and when, and carries a checksum over all of that; it is parsed and checked on the way back like
/// one that has just been fetched.
/// </summary>
/// <param name="Issuer">The issuer's name in yarp.json.</param>
/// <param name="Source">The source's name: a document from elsewhere than now configured is foreign.</param>
/// <param name="FetchedAt">When the provider last confirmed it.</param>
/// <param name="Lifetime">How long the source said it is good for, within our bounds.</param>
internal sealed record StoredKeys(string Issuer, string Source, DateTimeOffset FetchedAt, TimeSpan? Lifetime, byte[] Document)
{
    /// <summary>Larger is not ours: a document of 256 KiB in base64, and its particulars.</summary>
    public const int MaxLength = 400 * 1024;

    // Clocks of replicas differ; a time beyond this would only keep old keys in use for longer.
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(1);

    public byte[] ToUtf8()
    {
        return Utf8Json.Object(json =>
        {
            json.WriteString("issuer", Issuer);
            json.WriteString("source", Source);
            json.WriteNumber("fetchedAt", FetchedAt.ToUnixTimeMilliseconds());
            json.WriteNumber("lifetime", (long)(Lifetime?.TotalSeconds ?? 0));
            json.WriteString("sha256", Checksum());
            json.WriteBase64String("document", Document);
        }, new JsonWriterOptions { Indented = true, NewLine = "\n" });
    }

    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out StoredKeys? stored, [NotNullWhen(false)] out string? why)
    {
        stored = null;
        why = "it is damaged";
        if (utf8.Length > MaxLength)
        {
            why = "it is too large";
            return false;
        }

        if (!StrictJson.TryParseObject(utf8, out var json)
            || !TryReadText(json, "issuer"u8, out var issuer)
            || !TryReadText(json, "source"u8, out var source)
            || !TryReadText(json, "sha256"u8, out var checksum)
            || !TryReadNumber(json, "fetchedAt"u8, out var fetchedAt)
            || !TryReadNumber(json, "lifetime"u8, out var lifetime)
            || fetchedAt > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || lifetime > TimeSpan.SecondsPerDay
            || !json.TryGetProperty("document"u8, out var text)
                || text.ValueKind != JsonValueKind.String
                || !text.TryGetBytesFromBase64(out var document))
        {
            return false;
        }

        var read = new StoredKeys(
            issuer, source, DateTimeOffset.FromUnixTimeMilliseconds(fetchedAt), lifetime == 0 ? null : TimeSpan.FromSeconds(lifetime),
            document);
        if (read.Checksum() != checksum)
        {
            return false;
        }

        why = null;
        stored = read;
        return true;
    }

    /// <summary>Why it is no use for these keys now; null when it is.</summary>
    public string? Objection(IssuerKeys keys, DateTimeOffset now)
    {
        if (Issuer != keys.Issuer || Source != keys.Source.Name)
        {
            return "it is of another issuer or source";
        }

        if (FetchedAt > now + LargestSkew)
        {
            return "it is from the future";
        }

        return now - FetchedAt >= keys.MaxStale ? "it is older than MaxStale" : null;
    }

    private string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{Issuer}\n{Source}\n{FetchedAt.ToUnixTimeMilliseconds()}\n{(long)(Lifetime?.TotalSeconds ?? 0)}\n")));
        hash.AppendData(Document);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool TryReadText(JsonElement json, ReadOnlySpan<byte> name, [NotNullWhen(true)] out string? text)
    {
        text = json.TextOf(name);
        return text is not null;
    }

    private static bool TryReadNumber(JsonElement json, ReadOnlySpan<byte> name, out long number)
    {
        number = 0;
        return json.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out number)
            && number >= 0;
    }
}
