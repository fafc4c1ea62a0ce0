using System.Text.Json.Serialization;
using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// An entry as JSON, with the names of the log and times in ISO 8601: what <c>/admin/revocations</c> and the commands show.
/// </summary>
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

/// <summary>The result of revoking a token by its text.</summary>
/// <param name="Why">The tag of the rejection, when the token is not valid anyway and was not revoked.</param>
internal sealed record RevokedTokenDocument(bool Revoked, string? Why, RevocationDocument? Revocation);

/// <summary>The state of one name, and its revocation.</summary>
internal sealed record RevocationCheckDocument(bool Revoked, RevocationDocument? Revocation);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(RevocationDocument))]
[JsonSerializable(typeof(RevocationListDocument))]
[JsonSerializable(typeof(RevokedTokenDocument))]
[JsonSerializable(typeof(RevocationCheckDocument))]
internal sealed partial class RevocationJson : JsonSerializerContext
{
    public static RevocationJson Readable => field ??= new(ReadableJson.Of(Default.Options));
}
