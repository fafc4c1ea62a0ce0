using Gateway.Settings;

namespace Gateway.Issuers.Introspection;

/// <summary>Checks <c>Gateway:Issuers:{name}:Introspection</c>.</summary>
internal static class IntrospectionCheck
{
    private static readonly TimeSpan ShortestCache = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCache = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>An opaque token does not name its issuer, so one issuer can be asked.</summary>
    public static void RunOverAll(Dictionary<string, IssuerOptions> issuers, ConfigurationReport report)
    {
        foreach (var name in issuers.Where(issuer => issuer.Value.Introspection is not null).Skip(1).Select(issuer => issuer.Key))
        {
            report.Error(
                $"Gateway:Issuers:{name}:Introspection",
                "another issuer has Introspection already, and an opaque token does not say which to ask.",
                "Set it for one issuer alone.");
        }
    }

    /// <param name="path">Of the section.</param>
    public static IntrospectionSettings? Build(string path, IssuerOptions issuer, KeySourceSettings keys, SettingsContext context)
    {
        if (issuer.Introspection is not { } options)
        {
            return null;
        }

        var report = context.Report;
        if (issuer.Template is not null)
        {
            report.Error(
                path, "an issuer template has no one server to ask, and an opaque token does not say whose it is.",
                "Write an entry of its own for the issuer that is asked.");
        }

        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            report.Error($"{path}:ClientId", "this is required.", "Write the client id that the issuer has given to the gateway.");
        }

        CheckRanges(path, options, report);
        // Keys from a file have no settings of how to reach the issuer.
        var fetch = keys is RemoteKeySettings remote ? remote.Fetch : new KeyFetchSettings(null, null, [], context.IsDevelopment);
        CheckEndpoint(path, options, issuer, fetch, report);
        var (secret, key) = CheckFiles(path, options, context);
        return new IntrospectionSettings(
            issuer.Issuer ?? "", options.Endpoint, options.ClientId ?? "", secret, key, options.SignedResponses, options.CacheFor,
            options.Timeout,
            options.MaxCallsPerSecond, fetch);
    }

    private static void CheckRanges(string path, IntrospectionOptions options, ConfigurationReport report)
    {
        report.Range($"{path}:CacheFor", options.CacheFor, ShortestCache, LongestCache);
        report.Range($"{path}:Timeout", options.Timeout, ShortestTimeout, LongestTimeout);
        report.Range($"{path}:MaxCallsPerSecond", options.MaxCallsPerSecond, 1, 10_000);
    }

    private static void CheckEndpoint(
        string path, IntrospectionOptions options, IssuerOptions issuer, KeyFetchSettings fetch, ConfigurationReport report)
    {
        if (options.Endpoint is { } endpoint)
        {
            if (!IsFetchable(endpoint, fetch))
            {
                report.Error(
                    $"{path}:Endpoint", "this is not an https URL without user info and fragment.",
                    "Use https; inside the cluster without TLS, set Keys:AllowHttp.");
            }
        }
        else if (issuer.Issuer is { } name && !IsFetchable(name, fetch))
        {
            report.Error(
                $"{path}:Endpoint", "the issuer has no https URL to find its metadata at.",
                "Write the address to ask; inside the cluster without TLS, set Keys:AllowHttp.");
        }
    }

    private static (string? Secret, string? Key) CheckFiles(string path, IntrospectionOptions options, SettingsContext context)
    {
        if (options.SecretFile is null == options.KeyFile is null)
        {
            context.Report.Error(
                path, "introspection requires client authentication: exactly one of SecretFile and KeyFile is required.",
                "Set SecretFile, or KeyFile for private_key_jwt.");
        }

        if (options.SecretFile is { } secret
            && NamedFile.Read($"{path}:SecretFile", secret, context) is { } text
            && ClientSecret.Read(text, out var problem) is null)
        {
            context.Report.Error($"{path}:SecretFile", $"this file cannot be used: {problem}.", "Write the secret on one line.");
        }

        if (options.KeyFile is { } key
            && NamedFile.Read($"{path}:KeyFile", key, context) is { } jwk
            && ClientKey.Parse(jwk, out problem) is null)
        {
            context.Report.Error(
                $"{path}:KeyFile", $"this file cannot be used: {problem}.",
                "Write the private key as a JWK, RSA of at least 2048 bits or EC.");
        }

        return (FullPath(options.SecretFile, context), FullPath(options.KeyFile, context));
    }

    private static string? FullPath(string? file, SettingsContext context) =>
        file is null ? null : context.Resolve(file);

    private static bool IsFetchable(string address, KeyFetchSettings fetch) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && fetch.Allows(uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0;
}
