using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Checks an issuer with a placeholder.</summary>
internal static class TemplateCheck
{
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromDays(30);

    /// <param name="issuer">The settings of the entry itself, with the placeholder in its issuer: every member is a copy of them.</param>
    public static TemplateSettings? Build(string path, IssuerOptions options, IssuerSettings issuer, ConfigurationReport report)
    {
        if (IssuerTemplate.PlaceholderOf(issuer.Issuer) is not { } placeholder)
        {
            report.Error(
                $"{path}:Issuer", "an issuer template has exactly one placeholder.",
                "Write it as {realm}, in lower case, or drop Template.");
            return null;
        }

        if (options.Template is not { } template)
        {
            report.Error(
                $"{path}:Template", "the placeholder has no rule for its values, so tokens of any tenant would be accepted.",
                "Set AnyOf or Matches.");
            return null;
        }

        report.Range($"{path}:Template:MaxRings", template.MaxRings, 1, 10_000);
        report.Range($"{path}:Template:IdleAfter", template.IdleAfter, ShortestIdle, LongestIdle);

        if (options.Keys is { Discovery: false, JwksUri: null })
        {
            report.Error(
                $"{path}:Keys", "an issuer template needs keys for each of its issuers.",
                "Use Discovery, or a JwksUri with the placeholder.");
        }

        return IsFilter(template, $"{path}:Template", report)
            ? new TemplateSettings(
                issuer, placeholder, template.AnyOf is { } values ? [.. values] : null, template.Matches, template.MaxRings,
                template.IdleAfter)
            : null;
    }

    private static bool IsFilter(TemplateOptions template, string path, ConfigurationReport report)
    {
        if ((template.AnyOf is { Count: > 0 }) == (template.Matches is not null))
        {
            report.Error(path, "an issuer template needs one rule for its values.", "Set exactly one of AnyOf and Matches.");
            return false;
        }

        return template.Matches is not { } pattern || PatternCheck.Compile($"{path}:Matches", pattern, report) is not null;
    }
}
