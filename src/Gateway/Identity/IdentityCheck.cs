using System.Collections.Immutable;
using Gateway.Foundation;
using Gateway.Policies;
using Gateway.Settings;

namespace Gateway.Identity;

/// <summary>Checks <c>Gateway:Identity</c> and builds the plan.</summary>
internal static class IdentityCheck
{
    private const string Section = "Gateway:Identity";

    public static readonly ImmutableArray<KeyValuePair<string, string>> DefaultHeaders =
    [
        new("X-Auth-Subject", "sub"),
        new("X-Auth-Issuer", "iss"),
        new("X-Auth-Client", "client_id"),
        new("X-Auth-Scopes", "scope"),
        new("X-Auth-Roles", "roles"),
    ];

    /// <summary>The names that are always protected, also if the configuration sets other names.</summary>
    public static readonly ImmutableArray<string> DefaultNames =
        [.. DefaultHeaders.Select(header => header.Key), "X-Auth-Payload", AssertionSettings.DefaultHeader];

    /// <param name="responseHeaders"><c>Gateway:ResponseHeaders</c>.</param>
    public static IdentityPlan Build(
        IdentityOptions options,
        ImmutableArray<string> tokenHeaders,
        string[] derived,
        KeyValuePair<string, string>[] responseHeaders,
        ConfigurationReport report)
    {
        var mappings = ImmutableArray.CreateBuilder<IdentityMapping>();
        var taken = new List<string>(tokenHeaders);
        foreach (var (header, claim) in options.Headers?.AsEnumerable() ?? DefaultHeaders)
        {
            var path = $"{Section}:Headers:{header}";
            CheckName(header, path, taken, report);
            if (string.IsNullOrEmpty(claim) || !ClaimPath.TryParse(claim, out var parsed) || !parsed.IsKnown(derived))
            {
                report.Error(
                    path, "this is not a claim path.",
                    $"Write a claim's name, nested members joined by dots; or one of {string.Join(", ", derived)}.");
                continue;
            }

            mappings.Add(new IdentityMapping(header, parsed));
        }

        if (options.Payload?.Header is { } payload)
        {
            CheckName(payload, $"{Section}:Payload:Header", taken, report);
        }

        if (options.ResponseExpiry is { } expiry)
        {
            CheckName(expiry, $"{Section}:ResponseExpiry", taken, report);
            ResponseExpiryCheck.Run($"{Section}:ResponseExpiry", expiry, responseHeaders.Select(header => header.Key), report);
        }

        return new IdentityPlan(new(mappings.ToImmutable()), options.Payload?.Header, options.ResponseExpiry);
    }

    public static void CheckName(string header, string path, List<string> taken, ConfigurationReport report)
    {
        if (!HeaderSyntax.IsToken(header))
        {
            report.Error(path, "this is not a header name.", "Use letters, digits and hyphens.");
        }
        else if (ReservedHeaders.Contains(header))
        {
            report.Error(path, "HTTP or proxies use this header for another purpose.", "Choose another name, such as X-Auth-Subject.");
        }
        else if (taken.FirstOrDefault(other => HeaderAlias.IsSame(header, other)) is { } other)
        {
            report.Error(
                path, $"some destinations cannot tell this header from {other}.",
                "Choose names that differ in more than case and separators.");
        }

        taken.Add(header);
    }
}
