using System.Text.Json.Serialization;

namespace Gateway.Revocation;

/// <summary>An entry as JSON, with the names and the Unix seconds of the log: what <c>/admin/revocations</c> and the commands show.</summary>
internal sealed record RevocationDocument(
    string Kind, string Issuer, string Value, long? Before, long Expires, string? Op, string? Reason, string? By, long? At)
{
    public static RevocationDocument Of(RevocationEntry entry) => new(
        RevocationNames.Of(entry.Kind),
        entry.Issuer,
        entry.Value,
        entry.Before,
        entry.Expires,
        entry.Operation == RevocationOperation.Restore ? RevocationNames.Of(entry.Operation) : null,
        entry.Reason,
        entry.By,
        entry.At);
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
internal sealed partial class RevocationJson : JsonSerializerContext;
