using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Checks <c>Gateway:Issuers:{name}:Keys</c> and makes the source.</summary>
internal static class KeyCheck
{
    private static readonly TimeSpan ShortestMaxStale = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestMaxStale = TimeSpan.FromDays(366);

    public static IssuerKeys Build(
        string name, string path, IssuerOptions issuer, ImmutableArray<SignatureAlgorithm> algorithms, SettingsContext context)
    {
        var keys = issuer.Keys ?? new KeySourceOptions();
        path += ":Keys";
        if (keys.MaxStale < ShortestMaxStale || keys.MaxStale > LongestMaxStale)
        {
            context.Report.Error($"{path}:MaxStale", "this is out of range.", "Choose 00:01:00 to 366.00:00:00.");
        }

        return new IssuerKeys(name, BuildSource(path, issuer, keys, algorithms, context))
        {
            Identifier = issuer.Issuer ?? name,
            MaxStale = keys.MaxStale,
            IsRequired = issuer.Required,
        };
    }

    /// <summary>The full path of <c>Gateway:Keys:CacheDirectory</c>, or null.</summary>
    public static string? BuildCacheDirectory(KeysOptions options, SettingsContext context)
    {
        if (options.CacheDirectory is not { } directory)
        {
            return null;
        }

        var path = context.Resolve(directory.Length == 0 ? "." : directory);
        if (string.IsNullOrWhiteSpace(directory) || File.Exists(path))
        {
            context.Report.Error("Gateway:Keys:CacheDirectory", "this is not a folder.", "Name a folder that the gateway may write, or leave it out.");
        }

        return path;
    }

    /// <summary>The keys of one issuer of a family, whose entry has been checked.</summary>
    public static IssuerKeys BuildMember(string name, string placeholder, string value, string issuer, IssuerOptions options, KeyDocumentClient client)
    {
        var keys = options.Keys!;
        IKeySource source = keys.JwksUri is { } address
            ? new JwksUriSource(client, new Uri(address.Replace($"{{{placeholder}}}", value, StringComparison.Ordinal)))
            : new DiscoverySource(client, issuer);
        return new IssuerKeys($"{name}:{value}", source) { Identifier = issuer, Family = name, MaxStale = keys.MaxStale, IsRequired = false };
    }

    private static IKeySource BuildSource(
        string path, IssuerOptions issuer, KeySourceOptions keys, ImmutableArray<SignatureAlgorithm> algorithms, SettingsContext context)
    {
        string?[] chosen = [keys.Discovery ? "Discovery" : null, keys.JwksUri, keys.JwksFile, keys.SecretFile];
        if (chosen.Count(source => source is not null) != 1)
        {
            context.Report.Error(path, "exactly one source of keys is required.", "Set one of Discovery: true, JwksUri, JwksFile, SecretFile.");
        }

        if (keys.SecretFile is null && keys.SecretEncoding != SecretEncoding.Text)
        {
            context.Report.Error($"{path}:SecretEncoding", "this has no effect without a SecretFile.", "Remove it.");
        }

        var client = BuildClient(path, keys, context);
        if (keys.Discovery)
        {
            // An issuer that is not a URL has been reported, or is reported here; the source is never used then.
            return IsFetchable(client, issuer.Issuer)
                ? new DiscoverySource(client, issuer.Issuer!)
                : issuer.Issuer is null ? new JwksFileSource("")
                : Report(context, $"{path}:Discovery", "the issuer has no https URL to discover keys at.", $"Use JwksUri or JwksFile.{HttpCure(issuer.Issuer)}");
        }

        if (keys.JwksUri is not null)
        {
            return IsFetchable(client, keys.JwksUri)
                ? new JwksUriSource(client, new Uri(keys.JwksUri))
                : Report(context, $"{path}:JwksUri", "this is not an https URL.", $"Use https.{HttpCure(keys.JwksUri)}");
        }

        if (keys.SecretFile is not null)
        {
            var hashLength = algorithms.Select(algorithm => SignatureAlgorithms.Of(algorithm).HashLength).DefaultIfEmpty(0).Max();
            return Existing(context, $"{path}:SecretFile", keys.SecretFile, file => new SecretFileSource(file, hashLength, keys.SecretEncoding));
        }

        return keys.JwksFile is null ? new JwksFileSource("") : Existing(context, $"{path}:JwksFile", keys.JwksFile, file => new JwksFileSource(file));
    }

    /// <summary>One for an issuer, and one for all of a family.</summary>
    public static KeyDocumentClient BuildClient(string path, KeySourceOptions keys, SettingsContext context)
    {
        var report = context.Report;
        if (!keys.Discovery && keys.JwksUri is null && ((keys.CaFile ?? keys.Proxy ?? keys.Headers as object) is not null || keys.AllowHttp))
        {
            report.Error(path, "CaFile, Proxy, Headers and AllowHttp have no effect on keys from a file.", "Remove them.");
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
                report.Error($"{path}:Headers:{name}", "this is not a header.", "Use a header name, and a value without control characters.");
            }
        }

        return new KeyDocumentClient(KeyHttpClients.Create(AuthorityFile.Load($"{path}:CaFile", keys.CaFile, context), proxy, keys.Headers ?? []), context.IsDevelopment || keys.AllowHttp);
    }

    private static string HttpCure(string? address) => address?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true
        ? " For a provider inside the cluster that has no TLS, set Keys:AllowHttp."
        : "";

    private static bool IsFetchable(KeyDocumentClient client, string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && client.Allows(uri) && uri.UserInfo.Length == 0;

    private static IKeySource Existing(SettingsContext context, string path, string name, Func<string, IKeySource> make)
    {
        var file = context.Resolve(name.Length == 0 ? "." : name);
        // A separate source for the check: the one that is returned must still report its first content as new.
        if (NamedFile.Read(path, name, context) is not null && make(file).LoadAsync(CancellationToken.None).GetAwaiter().GetResult() is { Error: { } error })
        {
            context.Report.Error(path, $"this file cannot be used: {error}.", "Correct its content.");
        }

        return make(file);
    }

    private static JwksFileSource Report(SettingsContext context, string path, string problem, string cure)
    {
        context.Report.Error(path, problem, cure);
        return new JwksFileSource("");
    }
}
