using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Revocation;

/// <summary>
/// An entry as the fields of a stream, in which names and values alternate. Any service may write to the stream, so all fields are checked.
/// </summary>
internal static class RevocationFields
{
    /// <summary>
    /// Increases with each kind, operation or form of a field that a version reads and its predecessor skips. A snapshot has it, so that a
    /// version that reads more entries than the writer of the snapshot did does not take it for complete.
    /// </summary>
    public const int Vocabulary = 1;

    public static IEnumerable<object> Write(RevocationEntry entry)
    {
        List<object> fields =
        [
            "kind", RevocationNames.Of(entry.Kind),
            .. entry.Digest is { } digest ? (string[])["digest", digest.ToString()] : ["issuer", entry.Issuer, "value", entry.Value],
            "expires", entry.Expires.ToString(CultureInfo.InvariantCulture),
            "op", RevocationNames.Of(entry.Operation),
        ];
        Add("before", entry.Before?.ToString(CultureInfo.InvariantCulture));
        Add("reason", entry.Reason);
        Add("by", entry.By);
        return fields;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                fields.Add(name);
                fields.Add(value);
            }
        }
    }

    public static bool TryRead(string?[]? fields, [NotNullWhen(true)] out RevocationEntry? entry)
    {
        entry = null;
        string? Field(string name)
        {
            for (var i = 0; i + 1 < (fields?.Length ?? 0); i += 2)
            {
                if (fields![i] == name)
                {
                    return fields[i + 1];
                }
            }

            return null;
        }

        var issuer = Field("issuer");
        if (!RevocationNames.TryParse(Field("kind"), out RevocationKind kind)
            || !RevocationNames.TryParse(
                Field("op") is { Length: > 0 } op ? op : RevocationNames.Of(RevocationOperation.Revoke), out RevocationOperation operation)
            || !TryReadNumber(Field("expires"), out var expires))
        {
            return false;
        }

        var digest = string.IsNullOrEmpty(issuer) ? Field("digest") : null;
        var value = digest ?? Field("value") ?? (kind == RevocationKind.Issuer ? issuer : null);
        var before = Field("before") is { Length: > 0 } time ? time : null;
        long cutOff = 0;
        if (string.IsNullOrEmpty(digest ?? issuer)
            || string.IsNullOrEmpty(value)
            || (before is not null && !TryReadNumber(before, out cutOff)))
        {
            return false;
        }

        long? limit = before is null ? null : cutOff;
        if (digest is null)
        {
            entry = new RevocationEntry(kind, issuer!, value, expires, limit, operation, Field("reason"), Field("by"));
            return true;
        }

        entry = RevocationKey.TryParse(digest, out var key)
            ? RevocationEntry.OfDigest(kind, key, expires, limit, operation, Field("reason"), Field("by"))
            : null;
        return entry is not null;
    }

    private static bool TryReadNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
