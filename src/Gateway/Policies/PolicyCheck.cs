using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Gateway.Issuers;
using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>Checks <c>Gateway:Policies</c> and builds the policies.</summary>
internal static class PolicyCheck
{
    /// <param name="sources">The names of the token sources.</param>
    public static RoutePolicies Build(
        Dictionary<string, PolicyOptions> options, Dictionary<string, IssuerOptions> issuers, IReadOnlyCollection<string> sources,
        SettingsContext context)
    {
        var report = context.Report;
        var policies = new Dictionary<string, RoutePolicy>(StringComparer.OrdinalIgnoreCase)
        {
            [RoutePolicy.AnonymousName] = RoutePolicy.Anonymous,
            [RoutePolicy.AuthenticatedName] = RoutePolicy.Authenticated,
        };
        var derived = ClaimPath.DerivedBy(issuers.Values);
        foreach (var (name, policy) in options)
        {
            var path = $"Gateway:Policies:{name}";
            if (policies.ContainsKey(name) || name.Equals("Default", StringComparison.OrdinalIgnoreCase))
            {
                report.Error(path, "this name belongs to a built-in policy.", "Choose another name.");
                continue;
            }

            if (!CombinationCheck.Is(policy))
            {
                policies[name] = Build(name, path, policy, issuers, derived, context) with
                {
                    TokenSource = PolicySourceCheck.Find(policy.TokenSource, path, sources, report),
                    GivesIdentity = policy.Identity,
                };
            }
        }

        new CombinationCheck(options, policies, report).Run();
        PolicySourceCheck.Run(policies.Values, report);

        return new RoutePolicies(policies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }

    private static RoutePolicy Build(
        string name, string path, PolicyOptions options, Dictionary<string, IssuerOptions> issuers, string[] derived,
        SettingsContext context)
    {
        var report = context.Report;
        if (issuers.Count == 0 && !report.HasErrorsBelow("Gateway:Issuers"))
        {
            report.Error(path, "no token can satisfy a policy while there are no issuers.", "Add one under Gateway:Issuers.");
        }

        for (var i = 0; i < options.Issuers?.Count; i++)
        {
            if (!issuers.ContainsKey(options.Issuers[i]) && !report.IsInFile($"Gateway:Issuers:{options.Issuers[i]}"))
            {
                report.Error(
                    $"{path}:Issuers:{i}", $"policy \"{name}\" names the issuer \"{options.Issuers[i]}\", which is not defined.",
                    Suggestion.For(options.Issuers[i], issuers.Keys));
            }
        }

        CheckScopes(options.Scopes?.All, $"{path}:Scopes:All", report);
        CheckScopes(options.Scopes?.Any, $"{path}:Scopes:Any", report);
        // Configuration binds an empty object to null, like a missing one.
        if (options.Scopes is { All: null, Any: null }
            || (options.Scopes is null && context.Document.Find($"{path}:Scopes") is { Kind: JsonTokenType.StartObject }))
        {
            report.Error($"{path}:Scopes", "Scopes requires no scope.", "Set All or Any, or leave Scopes out.");
        }

        var rules = ImmutableArray.CreateBuilder<ClaimRule>();
        for (var i = 0; i < options.Claims?.Count; i++)
        {
            if (Build(options.Claims[i], $"{path}:Claims:{i}", derived, report) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return WithoutRules(name, options) with
        {
            // Names are compared as the issuers spell them from here on.
            Issuers =
            [
                .. (options.Issuers ?? []).Select(issuer =>
                    issuers.Keys.FirstOrDefault(key => key.Equals(issuer, StringComparison.OrdinalIgnoreCase), issuer)),
            ],
            AllScopes = [.. options.Scopes?.All ?? []],
            AnyScopes = [.. options.Scopes?.Any ?? []],
            Claims = rules.ToImmutable(),
            StepUp = StepUpCheck.Build(options.StepUp, path, context),
        };
    }

    /// <summary>What a policy does beside its rules.</summary>
    public static RoutePolicy WithoutRules(string name, PolicyOptions options) => new()
    {
        Name = name,
        Mode = options.Mode,
        ForwardToken = options.ForwardToken,
        OnRevocationUnavailable = options.OnRevocationUnavailable,
        OnExpiry = options.OnExpiry,
        SenderConstraint = options.SenderConstraint,
    };

    public static void CheckScopes(List<string>? scopes, string path, ConfigurationReport report)
    {
        for (var i = 0; i < scopes?.Count; i++)
        {
            // RFC 6749 section 3.3. The check also keeps quotes and line breaks out of the WWW-Authenticate header.
            if (scopes[i].Length == 0 || scopes[i].Any(c => c is <= ' ' or > '~' or '"' or '\\'))
            {
                report.Error(
                    $"{path}:{i}", "this is not a valid scope.",
                    "Use visible ASCII without spaces, quotes and backslashes; write each scope as a separate item.");
            }
        }
    }

    private static ClaimRule? Build(ClaimRuleOptions options, string path, string[] derived, ConfigurationReport report)
    {
        if (string.IsNullOrEmpty(options.Path) || !ClaimPath.TryParse(options.Path, out var claim) || !claim.IsKnown(derived))
        {
            report.Error(
                $"{path}:Path", "this is not a valid claim path.",
                $"Write a claim's name, nested members joined by dots; or one of {string.Join(", ", derived)}.");
            return null;
        }

        var tests = ClaimOperator.All
            .Select(test => (Operator: test, Value: test.ValueOf(options)))
            .Where(test => test.Value is not null)
            .ToArray();
        if (tests is not [({ } only, { } value)] || only.IsEmpty(value))
        {
            report.Error(
                path, "a rule has exactly one test, with at least one value.",
                $"Set one of {string.Join(", ", ClaimOperator.All.Select(test => test.Name))}; write two rules for two tests.");
            return null;
        }

        return only.Create(claim, value, $"{path}:{only.Name}", report);
    }
}
