using System.Collections.Immutable;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;
using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Checks <c>Gateway:Issuers</c>.</summary>
internal static class IssuerCheck
{
    public static readonly ImmutableArray<string> DefaultTypes = ["at+jwt", "JWT"];
    public static readonly ImmutableArray<SignatureAlgorithm> DefaultAlgorithms =
        [SignatureAlgorithm.RS256, SignatureAlgorithm.PS256, SignatureAlgorithm.ES256];

    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestMaxLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestMaxLifetime = TimeSpan.FromDays(366);

    public static IssuersSettings Build(Dictionary<string, IssuerOptions> issuers, SettingsContext context)
    {
        var single = ImmutableArray.CreateBuilder<IssuerSettings>();
        var templates = ImmutableArray.CreateBuilder<TemplateSettings>();
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, options) in issuers)
        {
            var path = $"Gateway:Issuers:{name}";
            if (options.Issuer is { } issuer && !seen.TryAdd(issuer, name))
            {
                context.Report.Error(
                    $"{path}:Issuer", $"issuer \"{seen[issuer]}\" has the same value, so one of them would never be used.",
                    "Merge the two.");
            }

            var settings = Build(name, path, options, context);
            if (options.Template is null && options.Issuer?.Contains('{', StringComparison.Ordinal) != true)
            {
                single.Add(settings);
            }
            else if (TemplateCheck.Build(path, options, settings, context.Report) is { } template)
            {
                templates.Add(template);
            }
        }

        foreach (var name in issuers.Where(issuer => issuer.Value.AcceptWithoutIssuer).Skip(1).Select(issuer => issuer.Key))
        {
            context.Report.Error(
                $"Gateway:Issuers:{name}:AcceptWithoutIssuer",
                "another issuer accepts tokens without `iss` already, and such a token cannot say whose it is.",
                "Set it for one issuer alone.");
        }

        IntrospectionCheck.RunOverAll(issuers, context.Report);
        return new IssuersSettings(new(single.ToImmutable()), new(templates.ToImmutable()));
    }

    /// <summary>An issuer of which only the <c>iss</c> is known, as the commands need it. It accepts no token.</summary>
    public static IssuersSettings Unlisted(string issuer)
    {
        var settings = new IssuerSettings
        {
            Name = issuer,
            Issuer = issuer,
            Audiences = new([]),
            Algorithms = new([]),
            TokenTypes = new([]),
            ClockSkew = MaxSkew,
            MaxLifetime = LongestMaxLifetime,
            RequireTokenId = false,
            Keys = new KeySettings(issuer, issuer, new([]), false, TimeSpan.Zero, new KeyFileSettings("")),
        };
        return new IssuersSettings(new([settings]), new([]));
    }

    private static IssuerSettings Build(string name, string path, IssuerOptions options, SettingsContext context)
    {
        var report = context.Report;
        if (string.IsNullOrWhiteSpace(options.Issuer))
        {
            report.Error($"{path}:Issuer", "this is required.", "Write the exact `iss` of the issuer's tokens.");
        }

        CheckRecipients(path, options, report);

        if (options.TokenTypes is [] || options.TokenTypes?.Any(string.IsNullOrWhiteSpace) == true)
        {
            report.Error($"{path}:TokenTypes", "at least one type is required.", "Leave it out for at+jwt and JWT.");
        }

        report.Range($"{path}:ClockSkew", options.ClockSkew, TimeSpan.Zero, MaxSkew);
        report.Range($"{path}:MaxLifetime", options.MaxLifetime, ShortestMaxLifetime, LongestMaxLifetime);

        var algorithms = BuildAlgorithms(path, options, report);
        var keys = KeyCheck.Build(name, path, options, algorithms, context);
        return new IssuerSettings
        {
            Name = name,
            Issuer = options.Issuer ?? "",
            Audiences = [.. options.Audiences ?? []],
            ClientIds = [.. options.ClientIds ?? []],
            AcceptWithoutIssuer = options.AcceptWithoutIssuer,
            AcceptWithoutAudience = options.AcceptWithoutAudience,
            Algorithms = new(algorithms),
            TokenTypes = options.TokenTypes is null ? new(DefaultTypes) : [.. options.TokenTypes.Select(WithoutMediaTypePrefix)],
            ClockSkew = options.ClockSkew,
            MaxLifetime = options.MaxLifetime,
            RequireTokenId = options.RequireTokenId,
            BackChannelLogout = BuildLogout(name, path, options.BackChannelLogout, report),
            SecurityEvents = SecurityEventCheck.Build(name, path, options.SecurityEvents, report),
            DecryptionFile = KeyCheck.BuildDecryption($"{path}:Keys:DecryptionFile", options.Keys?.DecryptionFile, context),
            Introspection = IntrospectionCheck.Build($"{path}:Introspection", options, keys.Source, context),
            StatusList = StatusListCheck.Build($"{path}:StatusList", options, keys.Source, context),
            Keys = keys,
        };
    }

    /// <summary>Checks the intended recipients of the tokens: <c>aud</c>, or the client if there is none.</summary>
    private static void CheckRecipients(string path, IssuerOptions options, ConfigurationReport report)
    {
        if (options.Audiences is [] || options.Audiences?.Any(string.IsNullOrWhiteSpace) == true
            || (options.Audiences is null && options.ClientIds is null && !options.AcceptWithoutAudience))
        {
            report.Error($"{path}:Audiences", "at least one audience is required, and none may be blank.",
                "List the `aud` values that name this API; else any token of the issuer would do. For tokens without `aud` list their " +
                    "clients in ClientIds.");
        }

        if (options.ClientIds is [] || options.ClientIds?.Any(string.IsNullOrWhiteSpace) == true)
        {
            report.Error(
                $"{path}:ClientIds", "at least one client id is required, and none may be blank.",
                "List the clients whose tokens have no `aud`, or leave it out.");
        }

        if (options.ClientIds is not null && options.AcceptWithoutAudience)
        {
            report.Error(
                $"{path}:AcceptWithoutAudience", "with it ClientIds has no effect: a token without `aud` is accepted of every client.",
                "Remove one of them.");
        }

        (string Name, bool IsSet)[] loosened =
            [("AcceptWithoutIssuer", options.AcceptWithoutIssuer), ("AcceptWithoutAudience", options.AcceptWithoutAudience)];
        foreach (var (name, isSet) in loosened)
        {
            if (isSet && options.Keys?.SecretFile is null)
            {
                report.Error(
                    $"{path}:{name}",
                    "this is for issuers with a SecretFile only; a provider signs tokens for many APIs with its published keys.",
                    name == "AcceptWithoutIssuer" ? "Remove it." : "Remove it; for tokens without `aud` list their clients in ClientIds.");
            }
        }
    }

    private static BackChannelLogout? BuildLogout(string name, string path, BackChannelLogoutOptions? options, ConfigurationReport report)
    {
        if (options is null)
        {
            return null;
        }

        path += ":BackChannelLogout";
        if (options.ClientIds is not { Count: > 0 } clients || clients.Any(string.IsNullOrWhiteSpace))
        {
            report.Error(
                $"{path}:ClientIds", "at least one client id is required, and none may be blank.",
                "List the clients whose backchannel_logout_uri leads here; else a logout from any application would do.");
        }

        SecurityEventCheck.CheckName(name, path, report);
        return new BackChannelLogout([.. options.ClientIds ?? []], options.SessionOnly);
    }

    private static ImmutableArray<SignatureAlgorithm> BuildAlgorithms(string path, IssuerOptions options, ConfigurationReport report)
    {
        path += ":Algorithms";
        var hasSecret = options.Keys?.SecretFile is not null;
        if (options.Algorithms is null)
        {
            if (hasSecret)
            {
                report.Error(path, "a secret needs its algorithms named.", "List HS256, HS384 or HS512.");
            }

            return DefaultAlgorithms;
        }

        var algorithms = ImmutableArray.CreateBuilder<SignatureAlgorithm>();
        for (var i = 0; i < options.Algorithms.Count; i++)
        {
            var name = options.Algorithms[i];
            if (SignatureAlgorithms.Find(name) is not { } traits)
            {
                report.Error(
                    $"{path}:{i}", "this algorithm cannot be verified.", Suggestion.For(name, SignatureAlgorithms.Names));
                continue;
            }

            if (traits.KeyType == KeyType.Secret != hasSecret)
            {
                report.Error(
                    $"{path}:{i}",
                    hasSecret
                        ? "a SecretFile verifies HS256, HS384 and HS512 only."
                        : "HS algorithms need a SecretFile; a published key is no secret.",
                    hasSecret
                        ? "List HS algorithms, or use another key source."
                        : "List RS, PS or ES algorithms or EdDSA, or use SecretFile.");
                continue;
            }

            algorithms.Add(traits.Algorithm);
        }

        if (options.Algorithms.Count == 0)
        {
            report.Error(path, "at least one algorithm is required.", "Leave it out for RS256, PS256 and ES256.");
        }

        return algorithms.ToImmutable();
    }

    private static string WithoutMediaTypePrefix(string type) =>
        type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) ? type["application/".Length..] : type;
}
