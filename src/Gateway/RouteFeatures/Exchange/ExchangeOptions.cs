namespace Gateway.RouteFeatures.Exchange;

/// <summary>
/// Exchanges the caller's token for one that is meant for the destination (RFC 8693): <c>Gateway:Exchanges:{name}</c>. Clusters name it in
/// <c>Gateway:Clusters:{cluster}:Exchange</c>.
/// </summary>
internal sealed class ExchangeOptions
{
    /// <summary>The URL of the token endpoint. <c>https</c>, in Development <c>http</c> too. Required.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>The client id of the gateway at the issuer. Required.</summary>
    public string? ClientId { get; init; }

    /// <summary>A file with the client secret, read again for each exchange. Sent as HTTP Basic credentials. Required.</summary>
    public string? SecretFile { get; init; }

    /// <summary>The <c>audience</c> to ask for. Default none.</summary>
    public string? Audience { get; init; }

    /// <summary>The <c>scope</c> to ask for, separated by spaces. Default none: the issuer decides.</summary>
    public string? Scope { get; init; }

    /// <summary>A PEM file with the certificate authorities to trust in place of the system's. Default none.</summary>
    public string? CaFile { get; init; }

    /// <summary>How long the issuer may take. Default 5 seconds; range 100 milliseconds to 1 minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The checked form of <see cref="ExchangeOptions"/>.</summary>
/// <param name="SecretFile">Full path.</param>
/// <param name="Authorities">The PEM text of the roots to trust in place of the system's; null for the system's.</param>
internal sealed record ExchangeSettings(
    string Name, Uri TokenEndpoint, string ClientId, string SecretFile, string? Audience, string? Scope, string? Authorities,
    TimeSpan Timeout);
