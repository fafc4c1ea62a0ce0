using Gateway.Foundation;
using Gateway.Settings;

namespace Gateway.Issuers;

/// <summary>Checks an issuer with a placeholder and makes the family.</summary>
internal static class TemplateCheck
{
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromDays(30);

    /// <param name="pattern">The profile of the entry itself, with the placeholder in its issuer: every member is a copy of it.</param>
    public static IssuerTemplate? Build(string name, string path, IssuerOptions options, IssuerProfile pattern, SettingsContext context)
    {
        var report = context.Report;
        if (IssuerTemplate.PlaceholderOf(pattern.Issuer) is not { } placeholder)
        {
            report.Error($"{path}:Issuer", "a family of issuers has exactly one placeholder.", "Write it as {realm}, in lower case, or drop Template.");
            return null;
        }

        if (options.Template is not { } template)
        {
            report.Error($"{path}:Template", "a placeholder needs the values it may take; else anybody's tenant would do.", "Set AnyOf or Matches.");
            return null;
        }

        if (template.MaxRings is < 1 or > 10_000)
        {
            report.Error($"{path}:Template:MaxRings", "this is out of range.", "Choose 1 to 10000.");
        }

        if (template.IdleAfter < ShortestIdle || template.IdleAfter > LongestIdle)
        {
            report.Error($"{path}:Template:IdleAfter", "this is out of range.", "Choose 00:01:00 to 30.00:00:00.");
        }

        if (options.Keys is { Discovery: false, JwksUri: null })
        {
            report.Error($"{path}:Keys", "a family needs keys for each of its issuers.", "Use Discovery, or a JwksUri with the placeholder.");
        }

        var client = KeyCheck.BuildClient($"{path}:Keys", options.Keys ?? new KeySourceOptions(), context);
        return BuildFilter(template, $"{path}:Template", report) is { } isAllowed
            ? new IssuerTemplate(name, pattern.Issuer, isAllowed, (value, issuer) => CreateMember(pattern, placeholder, value, issuer, options, client), template)
            : null;
    }

    private static Func<string, bool>? BuildFilter(TemplateOptions template, string path, ConfigurationReport report)
    {
        if ((template.AnyOf is { Count: > 0 }) == (template.Matches is not null))
        {
            report.Error(path, "a family lists its values or matches them.", "Set exactly one of AnyOf and Matches.");
            return null;
        }

        if (template.AnyOf is { } values)
        {
            var allowed = values.ToHashSet(StringComparer.Ordinal);
            return allowed.Contains;
        }

        try
        {
            var pattern = LinearPattern.Compile(template.Matches!);
            return pattern.IsMatch;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            var (problem, cure) = PatternFault.Of(fault, template.Matches!);
            report.Error($"{path}:Matches", problem, cure);
            return null;
        }
    }

    private static IssuerProfile CreateMember(
        IssuerProfile pattern, string placeholder, string value, string issuer, IssuerOptions options, KeyDocumentClient client) => pattern with
        {
            Issuer = issuer,
            TemplateClaim = $"${placeholder}",
            TemplateValue = value,
            Keys = KeyCheck.BuildMember(pattern.Name, placeholder, value, issuer, options, client),
        };
}
