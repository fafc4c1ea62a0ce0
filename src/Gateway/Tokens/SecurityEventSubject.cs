using System.Text.Json;
using Gateway.Foundation;
using Gateway.Issuers;

namespace Gateway.Tokens;

/// <summary>Whom an event is about (RFC 9493): a subject, a session, or both.</summary>
internal readonly record struct SecurityEventSubject(string? Subject, string? SessionId)
{
    /// <param name="id">A subject identifier.</param>
    /// <param name="allowsSession">Whether an opaque identifier is a session, as of <c>session-revoked</c>.</param>
    /// <returns>False when the identifier names nothing that the gateway could revoke: a format that it does not know must not count as
    /// done.</returns>
    public static bool TryRead(JsonElement id, IssuerProfile issuer, bool allowsSession, out SecurityEventSubject subject)
    {
        subject = default;
        if (id.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        switch (Text(id, "format") ?? Text(id, "subject_type"))
        {
            // With a hyphen in drafts of RISC.
            case "iss_sub" or "iss-sub":
                // An issuer speaks for its own subjects alone.
                subject = new SecurityEventSubject(Text(id, "iss") == issuer.Issuer ? Text(id, "sub") : null, null);
                break;
            case "email" when issuer.SecurityEvents!.EmailIsSubject:
                subject = new SecurityEventSubject(Text(id, "email"), null);
                break;
            case "opaque" when allowsSession:
                subject = new SecurityEventSubject(null, Text(id, "id"));
                break;
            case "complex":
                return TryReadComplex(id, issuer, out subject);
        }

        return subject.Subject is not null || subject.SessionId is not null;
    }

    /// <summary>
    /// Session and user of a complex subject. Its other members, such as a device, narrow what is meant; what is revoked may be more than
    /// that, and never less.
    /// </summary>
    private static bool TryReadComplex(JsonElement id, IssuerProfile issuer, out SecurityEventSubject subject)
    {
        subject = default;
        var hasSession = id.TryGetProperty("session", out var session);
        var hasUser = id.TryGetProperty("user", out var user);
        SecurityEventSubject ofSession = default;
        SecurityEventSubject ofUser = default;
        if ((!hasSession && !hasUser) || IsComplex(session) || IsComplex(user)
            || (hasSession && !TryRead(session, issuer, allowsSession: true, out ofSession))
            || (hasUser && !TryRead(user, issuer, allowsSession: false, out ofUser)))
        {
            return false;
        }

        subject = new SecurityEventSubject(ofUser.Subject ?? ofSession.Subject, ofSession.SessionId);
        return true;
    }

    private static bool IsComplex(JsonElement id) => id.ValueKind == JsonValueKind.Object && Text(id, "format") == "complex";

    private static string? Text(JsonElement json, string name) =>
        json.TextOf(name) is { Length: > 0 } text ? text : null;
}
