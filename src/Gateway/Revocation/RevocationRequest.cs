using Gateway.Issuers;

namespace Gateway.Revocation;

/// <summary>What a person or a program wants revoked, as it was written down. What is left out has a default.</summary>
/// <param name="Issuer">The issuer's name in yarp.json or its <c>iss</c>; may be left out when there is only one.</param>
/// <param name="Before">Unix seconds; now, unless the kind names one token.</param>
/// <param name="Expires">Unix seconds; when no token that is meant can be valid any more.</param>
internal sealed record RevocationRequest(
    string? Kind, string? Issuer, string? Value, long? Before = null, long? Expires = null, string? Reason = null)
{
    private const int MaxValueLength = 4096;
    private const int MaxReasonLength = 1000;

    /// <summary>The name alone. Null when it makes sense, else what is wrong: the field and what to write there.</summary>
    public string? TryReadName(IssuerDirectory issuers, out RevocationName name, out IssuerProfile? issuer)
    {
        (name, issuer) = (default, null);
        if (!RevocationNames.TryParse(Kind, out RevocationKind kind))
        {
            return $"kind: this is one of {string.Join(", ", RevocationNames.Kinds)}.";
        }

        // Of an issuer the value is the issuer again; either will do.
        issuer = issuers.Named(Issuer ?? (kind == RevocationKind.Issuer ? Value : null));
        if (issuer is null)
        {
            return $"issuer: name one of {string.Join(", ", issuers.Names)}, or write its exact iss; it may be left out when there is only one.";
        }

        if (kind == RevocationKind.Issuer)
        {
            name = new RevocationName(kind, issuer.Issuer, issuer.Issuer);
            return Value is null || issuers.Named(Value)?.Issuer == issuer.Issuer
                ? null
                : "value: for the kind issuer this is the issuer again; leave it out.";
        }

        if (Value is not { Length: > 0 and <= MaxValueLength })
        {
            return $"value: write the {Kind} as it is in the token, 1 to {MaxValueLength} characters.";
        }

        name = new RevocationName(kind, issuer.Issuer, Value);
        return kind == RevocationKind.Token && !RevocationKeys.IsHash(Value)
            ? "value: for the kind token this is the base64url SHA-256 of the whole token; hand in the token itself instead: POST /admin/revocations/token, or `gateway revoke token -`."
            : null;
    }

    /// <summary>The whole entry. Null when it makes sense, else what is wrong: the field and what to write there.</summary>
    public string? TryRead(IssuerDirectory issuers, DateTimeOffset now, string by, out RevocationEntry? entry)
    {
        entry = null;
        if (TryReadName(issuers, out var name, out var issuer) is { } fault)
        {
            return fault;
        }

        var isOneToken = name.Kind is RevocationKind.Jti or RevocationKind.Token;
        if (isOneToken && Before is not null)
        {
            return $"before: the kind {Kind} names one token, whenever it was issued; leave it out.";
        }

        if (Expires <= now.ToUnixTimeSeconds())
        {
            return "expires: this time has passed, so the revocation would do nothing.";
        }

        long? before = isOneToken ? null : Before ?? now.ToUnixTimeSeconds();
        entry = new RevocationEntry(
            name.Kind, name.Issuer, name.Value, Expires ?? RevocationSpan.DefaultExpiry(issuer!, now, before), before, Reason: Reason, By: by);
        return CheckReason(Reason);
    }

    public static string? CheckReason(string? reason) =>
        reason is { Length: > MaxReasonLength } ? $"reason: this has at most {MaxReasonLength} characters." : null;
}
