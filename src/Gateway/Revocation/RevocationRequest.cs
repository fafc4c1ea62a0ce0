using Gateway.Issuers;

namespace Gateway.Revocation;

/// <summary>An unchecked request to revoke. Missing members have defaults.</summary>
/// <param name="Issuer">The issuer's name in yarp.json or its <c>iss</c>; may be left out when there is only one.</param>
/// <param name="Before">Unix seconds; default now. Not for kinds that name one token.</param>
/// <param name="Expires">Unix seconds; default the time at which no token with this name can still be valid.</param>
internal sealed record RevocationRequest(
    string? Kind, string? Issuer, string? Value, long? Before = null, long? Expires = null, string? Reason = null)
{
    private const int MaxValueLength = 4096;
    private const int MaxReasonLength = 1000;

    /// <summary>Reads the name. Returns null, or the error: the field and its cure.</summary>
    public string? ReadName(IssuerDirectory issuers, out RevocationName name, out IssuerProfile? issuer)
    {
        (name, issuer) = (default, null);
        if (!RevocationNames.TryParse(Kind, out RevocationKind kind))
        {
            return $"kind: write one of {string.Join(", ", RevocationNames.Kinds)}.";
        }

        // For the kind issuer, issuer and value are the same; one of them suffices.
        issuer = issuers.Named(Issuer ?? (kind == RevocationKind.Issuer ? Value : null));
        if (issuer is null)
        {
            return $"issuer: name one of {string.Join(", ", issuers.Names)}, or write its exact iss; it may be left out when there is " +
                "only one.";
        }

        if (kind == RevocationKind.Issuer)
        {
            name = new RevocationName(kind, issuer.Issuer, issuer.Issuer);
            return Value is null || issuers.Named(Value)?.Issuer == issuer.Issuer
                ? null
                : "value: for the kind issuer this must be the same issuer; leave it out.";
        }

        if (Value is not { Length: > 0 and <= MaxValueLength })
        {
            return $"value: write the {Kind} as it is in the token, 1 to {MaxValueLength} characters.";
        }

        name = new RevocationName(kind, issuer.Issuer, Value);
        return kind == RevocationKind.Token && !RevocationKeys.IsHash(Value)
            ? "value: for the kind token this must be the base64url SHA-256 of the whole token; or send the token itself: POST " +
                "/admin/revocations/token, or `gateway revoke token -`."
            : null;
    }

    /// <summary>Reads the whole entry. Returns null, or the error: the field and its cure.</summary>
    public string? Read(IssuerDirectory issuers, DateTimeOffset now, string by, out RevocationEntry? entry)
    {
        entry = null;
        if (ReadName(issuers, out var name, out var issuer) is { } fault)
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
            return "expires: this time has passed, so the revocation would have no effect.";
        }

        long? before = isOneToken ? null : Before ?? now.ToUnixTimeSeconds();
        entry = new RevocationEntry(
            name.Kind, name.Issuer, name.Value, Expires ?? RevocationSpan.DefaultExpiry(issuer!, now, before), before, Reason: Reason,
            By: by);
        return CheckReason(Reason);
    }

    public static string? CheckReason(string? reason) =>
        reason is { Length: > MaxReasonLength } ? $"reason: write at most {MaxReasonLength} characters." : null;
}
