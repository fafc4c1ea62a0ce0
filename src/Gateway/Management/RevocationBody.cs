using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Revocation;
using Gateway.Tokens;

namespace Gateway.Management;

/// <summary>The name, the time or the text in a request to revoke is wrong; says where and what to write.</summary>
internal sealed record RevocationFault(string Message);

/// <summary>Reads what a caller wants revoked: one JSON object or a list of them, with the fields of the log.</summary>
internal sealed partial class RevocationBody(IssuerDirectory issuers, TimeProvider time)
{
    public const int MaxEntries = 1000;
    private const int MaxValueLength = 4096;
    private const int MaxReasonLength = 1000;

    // 9999-12-31T23:59:59Z. What is larger is milliseconds in most cases.
    private const long MaxTime = 253_402_300_799;

    [GeneratedRegex(@"(Z|[+-]\d\d:\d\d)\z")]
    private static partial Regex UtcOffset { get; }

    /// <summary>All entries, or the first fault; nothing is half good.</summary>
    public RevocationFault? TryRead(JsonElement body, string by, out List<RevocationEntry> entries)
    {
        entries = [];
        if (body.ValueKind != JsonValueKind.Array)
        {
            return TryReadEntry(body, "", by, entries);
        }

        if (body.GetArrayLength() is 0 or > MaxEntries)
        {
            return new RevocationFault($"A list has 1 to {MaxEntries} revocations; send more in several calls.");
        }

        foreach (var (item, index) in body.EnumerateArray().Select((item, index) => (item, index)))
        {
            if (TryReadEntry(item, string.Create(CultureInfo.InvariantCulture, $"[{index}]."), by, entries) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>The name that kind, issuer and value come to, and the issuer's profile.</summary>
    public RevocationFault? TryReadName(string? kindText, string? issuerText, string? value, string at, out RevocationName name, out IssuerProfile? issuer)
    {
        (name, issuer) = (default, null);
        if (!RevocationNames.TryParse(kindText, out RevocationKind kind))
        {
            return new RevocationFault($"{at}kind: this is one of {string.Join(", ", RevocationNames.Kinds)}.");
        }

        // Of an issuer the value is the issuer again; either will do.
        issuer = issuers.Named(issuerText ?? (kind == RevocationKind.Issuer ? value : null));
        if (issuer is null)
        {
            return new RevocationFault(
                $"{at}issuer: name one of {string.Join(", ", issuers.Names)}, or write its exact iss; it may be left out when there is only one.");
        }

        if (kind == RevocationKind.Issuer)
        {
            name = new RevocationName(kind, issuer.Issuer, issuer.Issuer);
            return value is null || issuers.Named(value)?.Issuer == issuer.Issuer
                ? null
                : new RevocationFault($"{at}value: for the kind issuer this is the issuer again; leave it out.");
        }

        if (value is not { Length: > 0 and <= MaxValueLength })
        {
            return new RevocationFault($"{at}value: write the {kindText} as it is in the token, 1 to {MaxValueLength} characters.");
        }

        name = new RevocationName(kind, issuer.Issuer, value);
        return kind != RevocationKind.Token || RevocationKeys.IsHash(value)
            ? null
            : new RevocationFault($"{at}value: for the kind token this is the base64url SHA-256 of the whole token; POST the token itself to /admin/revocations/token.");
    }

    public static RevocationFault? CheckReason(string? reason, string at) => reason is { Length: > MaxReasonLength }
        ? new RevocationFault($"{at}reason: this has at most {MaxReasonLength} characters.")
        : null;

    private RevocationFault? TryReadEntry(JsonElement item, string at, string by, List<RevocationEntry> entries)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return new RevocationFault($"{at}kind: this is required; a revocation is an object with kind, issuer, value, and perhaps before, expires, reason.");
        }

        var texts = new Dictionary<string, string>();
        long? before = null;
        long? expires = null;
        foreach (var member in item.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var fault = member.Name switch
            {
                "kind" or "issuer" or "value" or "reason" => TryReadText(member, at, texts),
                "before" => TryReadTime(member, at, out before),
                "expires" => TryReadTime(member, at, out expires),
                "op" => new RevocationFault($"{at}op: POST revokes; DELETE restores."),
                "by" => new RevocationFault($"{at}by: the gateway writes this, from the caller's token."),
                var other => new RevocationFault(
                    $"{at}{Shorten(other)}: this member is unknown; known are kind, issuer, value, before, expires and reason."),
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        var now = time.GetUtcNow();
        if (TryReadName(texts.GetValueOrDefault("kind"), texts.GetValueOrDefault("issuer"), texts.GetValueOrDefault("value"), at, out var name, out var issuer) is { } wrong)
        {
            return wrong;
        }

        var isOneToken = name.Kind is RevocationKind.Jti or RevocationKind.Token;
        if (isOneToken && before is not null)
        {
            return new RevocationFault($"{at}before: the kind {texts["kind"]} names one token, whenever it was issued; leave it out.");
        }

        if (expires <= now.ToUnixTimeSeconds())
        {
            return new RevocationFault($"{at}expires: this time has passed, so the revocation would do nothing.");
        }

        before = isOneToken ? null : before ?? now.ToUnixTimeSeconds();
        entries.Add(new RevocationEntry(
            name.Kind, name.Issuer, name.Value, expires ?? RevocationSpan.DefaultExpiry(issuer!, now, before), before,
            Reason: texts.GetValueOrDefault("reason"), By: by));
        return CheckReason(entries[^1].Reason, at);
    }

    private static RevocationFault? TryReadText(JsonProperty member, string at, Dictionary<string, string> texts)
    {
        if (member.Value.ValueKind != JsonValueKind.String)
        {
            return new RevocationFault($"{at}{member.Name}: this must be text.");
        }

        texts[member.Name] = member.Value.GetString()!;
        return null;
    }

    private static RevocationFault? TryReadTime(JsonProperty member, string at, out long? seconds)
    {
        seconds = member.Value.ValueKind switch
        {
            JsonValueKind.Number when member.Value.TryGetInt64(out var number) => number,
            // Without an offset it would be the time of the machine that the gateway runs on.
            JsonValueKind.String when UtcOffset.IsMatch(member.Value.GetString()!) && member.Value.TryGetDateTimeOffset(out var date) => date.ToUnixTimeSeconds(),
            _ => null,
        };
        return seconds is > 0 and <= MaxTime
            ? null
            : new RevocationFault($"{at}{member.Name}: write whole Unix seconds (not milliseconds), or a time such as 2026-11-21T12:00:00Z.");
    }

    private static string Shorten(string name) => name.Length <= 40 ? name : name[..40];
}
