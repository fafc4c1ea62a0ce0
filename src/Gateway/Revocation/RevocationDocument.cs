using System.Text.Json.Serialization;
using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>An entry as JSON, with the names of the log and times in ISO 8601: what <c>/admin/revocations</c> and the commands show.</summary>
internal sealed record RevocationDocument(
    string Kind, string Issuer, string Value, string? Before, string Expires, string? Op, string? Reason, string? By, string? At)
{
    public static RevocationDocument Of(RevocationEntry entry) => new(
        RevocationNames.Of(entry.Kind),
        entry.Issuer,
        entry.Value,
        TimeOf(entry.Before),
        IsoTime.Of(entry.Expires),
        entry.Operation == RevocationOperation.Restore ? RevocationNames.Of(entry.Operation) : null,
        entry.Reason,
        entry.By,
        TimeOf(entry.At));

    private static string? TimeOf(long? seconds) => seconds is { } value ? IsoTime.Of(value) : null;
}

/// <summary>A page of the live revocations.</summary>
/// <param name="Next">The cursor of the next page; absent at the end.</param>
internal sealed record RevocationListDocument(RevocationDocument[] Revocations, string? Next);

/// <summary>What became of a token that was handed in to be revoked.</summary>
/// <param name="Why">When nothing was to be done: the reason, one of the rejections.</param>
internal sealed record RevokedTokenDocument(bool Revoked, string? Why, RevocationDocument? Revocation);

/// <summary>Whether a name is revoked, and by what.</summary>
internal sealed record RevocationCheckDocument(bool Revoked, RevocationDocument? Revocation);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RevocationDocument))]
[JsonSerializable(typeof(RevocationListDocument))]
[JsonSerializable(typeof(RevokedTokenDocument))]
[JsonSerializable(typeof(RevocationCheckDocument))]
internal sealed partial class RevocationJson : JsonSerializerContext
{
    public static RevocationJson Readable => field ??= new(ReadableJson.Of(Default.Options));
}
