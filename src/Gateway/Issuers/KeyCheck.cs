using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Issuers.Decryption;
using Gateway.Jose;
using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Checks <c>Gateway:Issuers:{name}:Keys</c>.</summary>
internal static class KeyCheck
{
    private static readonly TimeSpan ShortestMaxStale = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestMaxStale = TimeSpan.FromDays(366);

    public static KeySettings Build(
        string name, string path, IssuerOptions issuer, ImmutableArray<SignatureAlgorithm> algorithms, SettingsContext context)
    {
        var keys = issuer.Keys ?? new KeySourceOptions();
        path += ":Keys";
        context.Report.Range($"{path}:MaxStale", keys.MaxStale, ShortestMaxStale, LongestMaxStale);

        return new KeySettings(
            name, issuer.Issuer ?? name, new(algorithms), issuer.Required, keys.MaxStale,
            BuildSource(path, issuer, keys, algorithms, context));
    }

    /// <summary>The full path of the file with our private keys, or null.</summary>
    public static string? BuildDecryption(string path, string? file, SettingsContext context)
    {
        if (file is null)
        {
            return null;
        }

        if (NamedFile.Read(path, file, context) is { } content && DecryptionKeys.Parse(content, out var error) is null)
        {
            context.Report.Error(
                path, $"this file cannot be used: {error}.", "Write a JWK Set of private keys: RSA, EC, or oct for the algorithm dir.");
        }

        return context.Resolve(file);
    }

    private static KeySourceSettings BuildSource(
        string path, IssuerOptions issuer, KeySourceOptions keys, ImmutableArray<SignatureAlgorithm> algorithms, SettingsContext context)
    {
        string?[] chosen = [keys.Discovery ? "Discovery" : null, keys.JwksUri, keys.JwksFile, keys.SecretFile];
        if (chosen.Count(source => source is not null) != 1)
        {
            context.Report.Error(
                path, "exactly one source of keys is required.", "Set one of Discovery: true, JwksUri, JwksFile, SecretFile.");
        }

        if (keys.SecretFile is null && keys.SecretEncoding != SecretEncoding.Text)
        {
            context.Report.Error($"{path}:SecretEncoding", "this has no effect without a SecretFile.", "Remove it.");
        }

        var fetch = BuildFetch(path, keys, context);
        if (keys.Discovery)
        {
            // An issuer without a URL has been reported, or is reported here.
            if (issuer.Issuer is not null && !IsFetchable(fetch, issuer.Issuer))
            {
                context.Report.Error(
                    $"{path}:Discovery", "the issuer has no https URL to discover keys at.",
                    $"Use JwksUri or JwksFile.{HttpCure(issuer.Issuer)}");
            }

            return new RemoteKeySettings(null, fetch);
        }

        if (keys.JwksUri is { } address)
        {
            if (!IsFetchable(fetch, address))
            {
                context.Report.Error($"{path}:JwksUri", "this is not an https URL.", $"Use https.{HttpCure(address)}");
            }

            return new RemoteKeySettings(address, fetch);
        }

        if (keys.SecretFile is { } secret)
        {
            var minLength = algorithms.Select(algorithm => SignatureAlgorithms.Of(algorithm).HashLength).DefaultIfEmpty(0).Max();
            var file = CheckFile(
                context, $"{path}:SecretFile", secret, content => SecretFileSource.Parse(content, minLength, keys.SecretEncoding));
            return new SecretFileSettings(file, minLength, keys.SecretEncoding);
        }

        return new KeyFileSettings(keys.JwksFile is null ? "" : CheckFile(context, $"{path}:JwksFile", keys.JwksFile, KeyLoad.Parse));
    }

    private static KeyFetchSettings BuildFetch(string path, KeySourceOptions keys, SettingsContext context)
    {
        var report = context.Report;
        if (!keys.Discovery
            && keys.JwksUri is null
            && ((keys.CaFile ?? keys.Proxy ?? keys.Headers as object) is not null || keys.AllowHttp))
        {
            report.Error(path, "CaFile, Proxy, Headers and AllowHttp have no effect on keys from a file.", "Remove them.");
        }

        if (keys.TokenFile is { } token)
        {
            if (keys.JwksUri is null)
            {
                report.Error(
                    $"{path}:TokenFile", "the token may only go to an address that is written here, and there is no JwksUri.",
                    "Set JwksUri in place of the other source, or remove this.");
            }
            else if (NamedFile.Read($"{path}:TokenFile", token, context) is { } content && !KeyToken.TryRead(content, out _))
            {
                report.Error($"{path}:TokenFile", "this file holds no bearer token.", "Write the token as one line.");
            }
        }

        Uri? proxy = null;
        if (keys.Proxy is not null && !(Uri.TryCreate(keys.Proxy, UriKind.Absolute, out proxy) && proxy.Scheme is "http" or "https"))
        {
            report.Error($"{path}:Proxy", "this is not the URL of an HTTP proxy.", "Write http://host:port.");
        }

        foreach (var (name, value) in keys.Headers ?? [])
        {
            if (!HeaderSyntax.IsToken(name) || !HeaderSyntax.IsValue(value))
            {
                report.Error(
                    $"{path}:Headers:{name}", "this is not a header.", "Use a header name, and a value without control characters.");
            }
        }

        return new KeyFetchSettings(
            AuthorityFile.Load($"{path}:CaFile", keys.CaFile, context)?.ExportCertificatePems(),
            proxy,
            [.. keys.Headers ?? []],
            context.IsDevelopment || keys.AllowHttp)
        {
            TokenFile = keys.TokenFile is null ? null : context.Resolve(keys.TokenFile),
        };
    }

    private static string HttpCure(string? address) => address?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true
        ? " For a provider inside the cluster that has no TLS, set Keys:AllowHttp."
        : "";

    private static bool IsFetchable(KeyFetchSettings fetch, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && fetch.Allows(uri) && uri.UserInfo.Length == 0;

    /// <returns>The full path.</returns>
    private static string CheckFile(SettingsContext context, string path, string name, Func<byte[], KeyLoad> parse)
    {
        if (NamedFile.Read(path, name, context) is { } content && KeyFile.Parse(content, parse) is { Error: { } error })
        {
            context.Report.Error(path, $"this file cannot be used: {error}.", "Correct its content.");
        }

        return context.Resolve(name);
    }
}
