using System.Collections.Immutable;
using Gateway.Configuration;
using Gateway.Tokens;

namespace Gateway.Keys;

/// <summary>Checks <c>Gateway:Issuers:{name}:Keys</c> and makes the source.</summary>
internal static class KeySourceCheck
{
    public static IKeySource Build(string path, IssuerOptions issuer, ImmutableArray<SignatureAlgorithm> algorithms, SettingsContext context)
    {
        var keys = issuer.Keys ?? new KeySourceOptions();
        path += ":Keys";
        string?[] chosen = [keys.Discovery ? "Discovery" : null, keys.JwksUri, keys.JwksFile, keys.SecretFile];
        if (chosen.Count(source => source is not null) != 1)
        {
            context.Report.Error(path, "exactly one source of keys is required.", "Set one of Discovery: true, JwksUri, JwksFile, SecretFile.");
        }

        if (keys.Discovery)
        {
            // An issuer that is not a URL has been reported, or is reported here; the source is never used then.
            return IsFetchable(issuer.Issuer, context)
                ? new DiscoverySource(context.Documents, issuer.Issuer!)
                : Report(context, $"{path}:Discovery", "the issuer has no https URL to discover keys at.", "Use JwksUri or JwksFile.");
        }

        if (keys.JwksUri is not null)
        {
            return IsFetchable(keys.JwksUri, context)
                ? new JwksUriSource(context.Documents, new Uri(keys.JwksUri))
                : Report(context, $"{path}:JwksUri", "this is not an https URL.", "Use https; http is accepted in the Development environment only.");
        }

        if (keys.SecretFile is not null)
        {
            var hashLength = algorithms.Select(algorithm => SignatureAlgorithms.Of(algorithm).HashLength).DefaultIfEmpty(0).Max();
            return Existing(context, $"{path}:SecretFile", keys.SecretFile, file => new SecretFileSource(file, hashLength));
        }

        return Existing(context, $"{path}:JwksFile", keys.JwksFile ?? "", file => new JwksFileSource(file));
    }

    private static bool IsFetchable(string? address, SettingsContext context) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && context.Documents.Allows(uri) && uri.UserInfo.Length == 0;

    private static IKeySource Existing(SettingsContext context, string path, string name, Func<string, IKeySource> make)
    {
        var file = context.Resolve(name.Length == 0 ? "." : name);
        if (name.Length > 0 && !File.Exists(file))
        {
            context.Report.Error(path, "there is no such file.", "Mount it, or correct the path; a relative one starts at the folder of yarp.json.");
        }

        return make(file);
    }

    private static JwksFileSource Report(SettingsContext context, string path, string problem, string cure)
    {
        context.Report.Error(path, problem, cure);
        return new JwksFileSource("");
    }
}
