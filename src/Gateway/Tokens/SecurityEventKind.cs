using System.Collections.Frozen;

namespace Gateway.Tokens;

/// <summary>The security events that the gateway acts on (OpenID CAEP 1.0, RISC 1.0, Shared Signals 1.0).</summary>
internal enum SecurityEventKind
{
    /// <summary>The issuer tests the stream. Nothing is revoked.</summary>
    Verification,
    SessionRevoked,
    CredentialChange,
    TokenClaimsChange,
    AccountDisabled,
    AccountPurged,
    SessionsRevoked,
}

/// <summary>The events by the URI that names each in <c>events</c>.</summary>
internal static class SecurityEventKinds
{
    private const string Base = "https://schemas.openid.net/secevent/";

    private static readonly FrozenDictionary<string, SecurityEventKind> ByUri = new Dictionary<string, SecurityEventKind>
    {
        [$"{Base}ssf/event-type/verification"] = SecurityEventKind.Verification,
        // The names in drafts of Shared Signals and in RISC.
        [$"{Base}sse/event-type/verification"] = SecurityEventKind.Verification,
        [$"{Base}risc/event-type/verification"] = SecurityEventKind.Verification,
        [$"{Base}caep/event-type/session-revoked"] = SecurityEventKind.SessionRevoked,
        [$"{Base}caep/event-type/credential-change"] = SecurityEventKind.CredentialChange,
        [$"{Base}caep/event-type/token-claims-change"] = SecurityEventKind.TokenClaimsChange,
        [$"{Base}risc/event-type/account-disabled"] = SecurityEventKind.AccountDisabled,
        [$"{Base}risc/event-type/account-purged"] = SecurityEventKind.AccountPurged,
        [$"{Base}risc/event-type/sessions-revoked"] = SecurityEventKind.SessionsRevoked,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryFind(string uri, out SecurityEventKind kind) => ByUri.TryGetValue(uri, out kind);

    /// <summary>The last part of the URI, which the record of the revocation keeps.</summary>
    public static string NameOf(string uri) => uri[(uri.LastIndexOf('/') + 1)..];
}
