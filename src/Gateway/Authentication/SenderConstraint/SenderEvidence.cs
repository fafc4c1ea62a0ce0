namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// What a request brings to prove that its sender holds what the token is bound to. It is read only for a token that is bound, and costs
/// nothing before. The default proves nothing.
/// </summary>
internal readonly struct SenderEvidence(
    HttpContext context, DpopSettings dpop, bool isDpop, string? forwardedPort, string? forwardedCertificate)
{
    /// <summary>
    /// For a token that was checked with its proof earlier in the same request, which a proof would not survive a second time.
    /// </summary>
    public static SenderEvidence OfEarlierCheck => new(null!, null!, false, null, null) { IsProven = true };

    public HttpContext? Context => context;

    public DpopSettings Dpop => dpop;

    /// <summary>Whether the token came with the scheme <c>DPoP</c>.</summary>
    public bool IsDpop => isDpop;

    /// <summary>The port that the client used, where a trusted proxy has reported it.</summary>
    public string? ForwardedPort => forwardedPort;

    /// <summary>The header of a trusted proxy; empty when it has sent none. Null: the certificate of the connection counts.</summary>
    public string? ForwardedCertificate => forwardedCertificate;

    public bool IsProven { get; private init; }

    /// <summary>Whether there is anything that could prove a binding.</summary>
    public bool IsAny =>
        isDpop || (forwardedCertificate is null ? context?.Connection.ClientCertificate is not null : forwardedCertificate.Length > 0);
}
