namespace Gateway.Telemetry;

/// <summary>The result of a revocation check; also the <c>result</c> tag of <c>gateway.revocation.lookups</c>.</summary>
internal enum RevocationStatus
{
    NotRevoked,
    Revoked,

    /// <summary>
    /// The list is older than <c>Gateway:Revocation:MaxStaleness</c> or Redis did not answer, so the token may be revoked.
    /// </summary>
    Unavailable,
}
