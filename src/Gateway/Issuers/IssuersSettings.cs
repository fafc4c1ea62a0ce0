using Gateway.Foundation;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>The checked form of <c>Gateway:Issuers</c>.</summary>
internal sealed record IssuersSettings(ValueArray<IssuerSettings> Issuers, ValueArray<TemplateSettings> Templates)
{
    public IEnumerable<string> Names => Issuers.Concat(Templates.Select(template => template.Issuer)).Select(issuer => issuer.Name);
}

/// <summary>The checked form of <see cref="IssuerOptions"/>.</summary>
internal sealed record IssuerSettings : IssuerRules
{
    public required KeySettings Keys { get; init; }
}

/// <summary>The checked form of <see cref="TemplateOptions"/>.</summary>
/// <param name="Issuer">The settings that all members share; the <c>iss</c> in them holds the placeholder.</param>
/// <param name="Values">The accepted values; null when <paramref name="Matches"/> decides.</param>
internal sealed record TemplateSettings(
    IssuerSettings Issuer, string Placeholder, ValueArray<string>? Values, string? Matches, int MaxRings, TimeSpan IdleAfter);

/// <summary>The checked form of <see cref="KeySourceOptions"/>. A key ring lives on while these stay equal.</summary>
/// <param name="Name">The issuer's name in yarp.json.</param>
/// <param name="Issuer">The exact <c>iss</c>.</param>
internal sealed record KeySettings(
    string Name, string Issuer, ValueArray<SignatureAlgorithm> Algorithms, bool IsRequired, TimeSpan MaxStale, KeySourceSettings Source);

/// <summary>Where keys come from.</summary>
internal abstract record KeySourceSettings;

/// <param name="Address">Of the JWK Set, where it may hold the placeholder; null for discovery.</param>
internal sealed record RemoteKeySettings(string? Address, KeyFetchSettings Fetch) : KeySourceSettings;

/// <param name="Path">The full path; empty for a source that was reported.</param>
internal sealed record KeyFileSettings(string Path) : KeySourceSettings;

internal sealed record SecretFileSettings(string Path, int MinLength, SecretEncoding Encoding) : KeySourceSettings;

/// <summary>How documents are fetched.</summary>
/// <param name="Authorities">The PEM text of the roots to trust in place of the system's; null for the system's.</param>
internal sealed record KeyFetchSettings(string? Authorities, Uri? Proxy, ValueArray<KeyValuePair<string, string>> Headers, bool AllowHttp)
{
    /// <summary>Full path of the file with the bearer token to send; null for none.</summary>
    public string? TokenFile { get; init; }

    public bool Allows(Uri address) => address.Scheme == Uri.UriSchemeHttps || (AllowHttp && address.Scheme == Uri.UriSchemeHttp);
}
