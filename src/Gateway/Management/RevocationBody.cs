using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Issuers;
using Gateway.Revocation;

namespace Gateway.Management;

/// <summary>Reads what a caller wants revoked: one JSON object or a list of them, with the fields of the log.</summary>
internal sealed partial class RevocationBody(LiveIssuers live, TimeProvider time)
{
    // The log has every entry before the response is sent, so the number bounds how long a caller waits.
    private const int MaxEntries = 1000;

    // 9999-12-31T23:59:59Z. What is larger is milliseconds in most cases.
    private const long MaxTime = 253_402_300_799;

    [GeneratedRegex(@"(Z|[+-]\d\d:\d\d)\z")]
    private static partial Regex UtcOffset { get; }

    /// <summary>Null with all entries, or the first fault: where and what to write. Nothing is half good.</summary>
    public string? TryRead(JsonElement body, string by, out List<RevocationEntry> entries)
    {
        entries = [];
        if (body.ValueKind != JsonValueKind.Array)
        {
            return TryReadEntry(body, by, entries);
        }

        if (body.GetArrayLength() is 0 or > MaxEntries)
        {
            return $"A list has 1 to {MaxEntries} revocations; send more in several calls.";
        }

        foreach (var item in body.EnumerateArray())
        {
            var place = entries.Count;
            if (TryReadEntry(item, by, entries) is { } fault)
            {
                return string.Create(CultureInfo.InvariantCulture, $"[{place}].{fault}");
            }
        }

        return null;
    }

    /// <summary>
    /// Adds one entry, or returns the fault with the field first, such as <c>kind: ...</c>, so that a list can put the index before it.
    /// </summary>
    private string? TryReadEntry(JsonElement item, string by, List<RevocationEntry> entries)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return "kind: this is required; a revocation is an object with kind, issuer, value, and perhaps before, expires, reason.";
        }

        var request = new RevocationRequest(null, null, null);
        foreach (var member in item.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            if (TryReadMember(member, ref request) is { } fault)
            {
                return fault;
            }
        }

        var wrong = request.Read(live.Current, time.GetUtcNow(), by, out var entry);
        if (wrong is null)
        {
            entries.Add(entry!);
        }

        return wrong;
    }

    // Unknown members are errors: a misspelled `expires` would fall back to the default and keep the entry for another time.
    private static string? TryReadMember(JsonProperty member, ref RevocationRequest request)
    {
        string? text = null;
        long? seconds = null;
        var fault = member.Name switch
        {
            "kind" or "issuer" or "value" or "reason" => TryReadText(member, out text),
            "before" or "expires" => TryReadTime(member, out seconds),
            "op" => "op: POST revokes; DELETE restores.",
            "by" => "by: the gateway writes this, from the caller's token.",
            var other =>
                $"{(other.Length <= 40 ? other : other[..40])}: this member is unknown; known are kind, issuer, value, before, expires " +
                    "and reason.",
        };
        request = member.Name switch
        {
            "kind" => request with { Kind = text },
            "issuer" => request with { Issuer = text },
            "value" => request with { Value = text },
            "reason" => request with { Reason = text },
            "before" => request with { Before = seconds },
            _ => request with { Expires = seconds },
        };
        return fault;
    }

    private static string? TryReadText(JsonProperty member, out string? text)
    {
        text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : null;
        return text is null ? $"{member.Name}: this must be text." : null;
    }

    private static string? TryReadTime(JsonProperty member, out long? seconds)
    {
        seconds = member.Value.ValueKind switch
        {
            JsonValueKind.Number when member.Value.TryGetInt64(out var number) => number,
            // Without an offset it would be the time of the machine that the gateway runs on.
            JsonValueKind.String when UtcOffset.IsMatch(member.Value.GetString()!) && member.Value.TryGetDateTimeOffset(out var date) =>
                date.ToUnixTimeSeconds(),
            _ => null,
        };
        return seconds is > 0 and <= MaxTime
            ? null
            : $"{member.Name}: write whole Unix seconds (not milliseconds), or a time such as 2026-11-21T12:00:00Z.";
    }
}
