using Gateway.Issuers;
using Gateway.Revocation;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>The revocation store, and the issuers of which it holds entries.</summary>
/// <param name="Issuers">Names, <c>iss</c> values and token lifetimes; their keys are never loaded.</param>
internal sealed record StoreReading(StoreSettings Store, IssuerDirectory Issuers)
{
    /// <summary>
    /// The issuers of the file; when it has none, the one that the caller names by its <c>iss</c>, with the longest lifetime that a gateway
    /// accepts: an entry that is kept for too long rejects no other token.
    /// </summary>
    public IssuerDirectory IssuersOr(string? issuer) =>
        !Issuers.IsEmpty || issuer is null ? Issuers : IssuerDirectory.Create(IssuerCheck.Unlisted(issuer));
}

/// <summary>
/// Reads what a command needs that opens the store beside the gateway: <c>Gateway:Revocation</c>, and of each issuer its name, its
/// <c>iss</c> and how long its tokens live. Errors elsewhere in the file are ignored, and of the files that it names only those of Redis
/// are read.
/// </summary>
internal static class StoreReader
{
    private const string Issuers = "Gateway:Issuers:";
    private const string Revocation = "Gateway:Revocation";

    // An error in another setting of an issuer changes no revocation. A name that no setting has may be one of these, misspelt, so it
    // counts.
    private static readonly HashSet<string> OtherSettings = new(
        typeof(IssuerOptions).GetProperties().Select(property => property.Name)
            .Except([
                nameof(IssuerOptions.Issuer), nameof(IssuerOptions.Template), nameof(IssuerOptions.ClockSkew),
                nameof(IssuerOptions.MaxLifetime)]),
        StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ConfigurationException">The store's settings have errors, or the file is not JSON.</exception>
    public static StoreReading Read(GatewayAppOptions app)
    {
        var reader = new ConfigurationReader(app);
        var document = ConfigurationFile.Read(reader.File).Parse();
        var configuration = reader.Combine(document);
        var all = new ConfigurationReport(document, configuration);
        SchemaCheck.Run(configuration, document, all);
        ConfigurationError[] errors = [.. all.Errors.Where(error => Counts(error.Path))];
        if (errors.Length > 0)
        {
            throw new ConfigurationException(errors);
        }

        var bindable = all.HasErrors ? SchemaCheck.WithoutRejected(configuration, [.. all.Paths]) : configuration;
        var options = bindable.GetSection(GatewayOptions.SectionName).Get<GatewayOptions>() ?? new GatewayOptions();
        // Commands never ask for look-up keys, so an error there must not keep an operator from revoking.
        var revocation = options.Revocation with { Lookup = null };
        // A second report, because the checks of whole sections also find errors that do not count here.
        var report = new ConfigurationReport(document, configuration, ErrorRules.Meaning);
        // As in Development, which permits more (http): what a command writes does not depend on it.
        var context = new SettingsContext(report, document, Path.GetDirectoryName(reader.File)!, IsDevelopment: true);
        var issuers = IssuerCheck.Build(options.Issuers.ToDictionary(issuer => issuer.Key, issuer => WithoutKeys(issuer.Value)), context);
        var redis = RevocationCheck.Run(revocation, context, out _);
        errors = [.. report.Errors.Where(error => Counts(error.Path))];
        if (errors.Length > 0)
        {
            throw new ConfigurationException(errors);
        }

        return new StoreReading(StoreSettings.Of(revocation, redis, context), IssuerDirectory.Create(issuers));
    }

    /// <summary>Whether an error at this path could make a command write to the wrong store, or a wrong entry.</summary>
    private static bool Counts(string path) =>
        path.Split(':') switch
        {
            // A misspelt section may be the one that holds the store.
            { Length: <= 2 } => true,
            ["Gateway", "Issuers", _, var setting, ..] => !OtherSettings.Contains(setting),
            _ => ConfigurationReport.IsAtOrBelow(path, Revocation) && !ConfigurationReport.IsAtOrBelow(path, $"{Revocation}:Lookup")
                || path.StartsWith(Issuers, StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>The address is a placeholder that the check accepts. It is never requested: only token validation fetches keys.</summary>
    private static IssuerOptions WithoutKeys(IssuerOptions issuer) => new()
    {
        Issuer = issuer.Issuer,
        Template = issuer.Template,
        ClockSkew = issuer.ClockSkew,
        MaxLifetime = issuer.MaxLifetime,
        Audiences = ["-"],
        Keys = new KeySourceOptions { JwksUri = "https://keys.invalid/" },
    };
}
