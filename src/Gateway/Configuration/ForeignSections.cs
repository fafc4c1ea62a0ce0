using System.Collections.Immutable;
using Gateway.Settings;

namespace Gateway.Configuration;

/// <summary>
/// Sections that applications with YARP have in their appsettings.json and the gateway does not read, each with what to do instead. A
/// section is known by the beginning of its name, or by a key in it.
/// </summary>
internal static class ForeignSections
{
    private static readonly Foreign Tokens = new(
        [
            "Auth", "Jwt", "AzureAd", "Entra", "Keycloak", "Okta", "Oidc", "OpenId", "OAuth", "Identity", "Cognito", "Firebase", "Bearer",
            "Token",
        ],
        "tokens are checked as Gateway:Issuers says.",
        "Move the authority to Gateway:Issuers:{name}:Issuer, the audience to Audiences, and a shared key to a file that Keys:SecretFile "
        + "names; then remove this section.");

    // The keys with which applications configure JwtBearer.
    private static readonly ImmutableArray<string> TokenKeys =
    [
        "Authority", "Audience", "Audiences", "ValidAudience", "ValidAudiences", "ValidIssuer", "ValidIssuers", "Issuer", "MetadataAddress",
        "SigningKey", "SecretKey",
    ];

    // The first row that fits counts, so the row of tokens, with its general names, is last.
    private static readonly ImmutableArray<Foreign> Table =
    [
        new(["AllowedHosts"], "hosts are a part of the routes.",
            "Remove it; to accept certain hosts only, write them into Match:Hosts of the routes."),
        new(["ConnectionStrings"], "the gateway connects to no database.",
            "Remove it; the connection to Redis is Gateway:Revocation:Redis:Connection."),
        new(["Authorization", "Policies"], "policies are under Gateway:Policies.",
            "Write each policy there, with Scopes and Claims, and remove this section."),
        new(["Serilog", "NLog", "Log4Net"], "log lines are written as Logging says.",
            "Write the levels into Logging:LogLevel, and remove this section; a collector reads standard output or OTLP."),
        new(["Cors"], "CORS policies are under Gateway:Cors.",
            "Write them there, name one in CorsPolicy of a route, and remove this section."),
        new(["RateLimit", "IpRateLimit", "ClientRateLimit"], "rate limits are under Gateway:RateLimits.",
            "Write them there, name one in RateLimiterPolicy of a route, and remove this section."),
        new(["Redis", "StackExchange"], "the connection to Redis is under Gateway:Revocation.",
            "Move it to Gateway:Revocation:Redis:Connection, and remove this section."),
        new(["ApplicationInsights", "OpenTelemetry", "Otel", "Otlp"], "telemetry is exported as the variables OTEL_... say.",
            "Set OTEL_EXPORTER_OTLP_ENDPOINT, and remove this section."),
        new(["HealthCheck"], "the probes are /livez and /readyz of Gateway:Management:Port.",
            "Remove it; health checks of destinations are in their clusters."),
        Tokens,
    ];

    /// <summary>What to do with a section that the gateway does not read.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="keys">The keys in it.</param>
    public static (string Problem, string Cure) Explain(string name, IReadOnlyCollection<string> keys)
    {
        var known = SettingSchema.Checked.Keys.Append(SettingSchema.SchemaReference).ToArray();
        // Before the table: the content says more about a section than its name does.
        if (Contains(keys, "Routes") && Contains(keys, "Clusters"))
        {
            return ("this looks like YARP's section under another name.", $"Rename it to {SettingSchema.ReverseProxy}.");
        }

        if (Table.FirstOrDefault(row => row.Names.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))) is { } row)
        {
            return (row.Problem, row.Cure);
        }

        return Suggestion.Closest(name, known) is not null ? ("this section is unknown.", Suggestion.For(name, known))
            : TokenKeys.Any(key => Contains(keys, key)) ? (Tokens.Problem, Tokens.Cure)
            : ("the gateway does not read this section.",
                $"Remove it; it reads {string.Join(", ", SettingSchema.Checked.Keys.Order(StringComparer.Ordinal))}.");
    }

    private static bool Contains(IReadOnlyCollection<string> keys, string key) => keys.Contains(key, StringComparer.OrdinalIgnoreCase);

    /// <param name="Names">Beginnings of names, without regard to case.</param>
    private sealed record Foreign(string[] Names, string Problem, string Cure);
}
