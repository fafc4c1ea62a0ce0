namespace Gateway.Issuers;

/// <summary>Makes the sources of keys from their settings. Nothing is loaded, and no connection is opened, before the first load.</summary>
internal static class KeySources
{
    public static IKeySource Create(KeySourceSettings settings, string issuer) => settings switch
    {
        SecretFileSettings secret => new SecretFileSource(secret.Path, secret.MinLength, secret.Encoding),
        KeyFileSettings file => new JwksFileSource(file.Path),
        RemoteKeySettings remote => Create(remote.Address, issuer, ClientOf(remote)!),
        _ => throw new InvalidOperationException($"There is no source for {settings.GetType().Name}."),
    };

    /// <summary>The source of one issuer of a template.</summary>
    public static IKeySource OfMember(TemplateSettings template, string value, string issuer, KeyDocumentClient? client) =>
        template.Issuer.Keys.Source is RemoteKeySettings remote
            ? Create(remote.Address?.Replace($"{{{template.Placeholder}}}", value, StringComparison.Ordinal), issuer, client!)
            : throw new InvalidOperationException("The members of a template share no file.");

    /// <summary>Null for keys from a file.</summary>
    public static KeyDocumentClient? ClientOf(KeySourceSettings settings) =>
        settings is RemoteKeySettings { Fetch: var fetch } ? new KeyDocumentClient(HttpOf(fetch, fetch.TokenFile), fetch) : null;

    /// <summary>The HTTP client for an issuer.</summary>
    /// <param name="tokenFile">The bearer token for the key fetch, which no other call must send.</param>
    public static HttpClient HttpOf(KeyFetchSettings fetch, string? tokenFile = null) =>
        KeyHttpClients.Create(fetch.Authorities, fetch.Proxy, fetch.Headers, tokenFile);

    private static IKeySource Create(string? address, string issuer, KeyDocumentClient client) =>
        address is null ? new DiscoverySource(client, issuer) : new JwksUriSource(client, new Uri(address));
}
