using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>Checks which token sources the policies read, each alone and where a policy of policies brings them together.</summary>
internal static class PolicySourceCheck
{
    /// <summary>The most sources that one policy may read, and so the most tokens of one request that are verified.</summary>
    public const int MostSources = 4;

    /// <summary>The source as <c>Gateway:TokenSources</c> spells it; null for the token sources without a name.</summary>
    /// <param name="path">The policy.</param>
    public static string? Find(string? name, string path, IReadOnlyCollection<string> sources, ConfigurationReport report)
    {
        if (name is null)
        {
            return null;
        }

        if (sources.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } source)
        {
            return source;
        }

        report.Error(
            $"{path}:{nameof(PolicyOptions.TokenSource)}", $"no token source has the name \"{name}\".",
            sources.Count == 0 ? "Give a source in Gateway:TokenSources this Name." : Suggestion.For(name, sources));
        return name;
    }

    public static void Run(IEnumerable<RoutePolicy> policies, ConfigurationReport report)
    {
        foreach (var policy in policies)
        {
            if (policy.Combination is not { } combination)
            {
                continue;
            }

            var path = $"Gateway:Policies:{policy.Name}";
            if (combination.TokenSources.Length > MostSources)
            {
                report.Error(path, $"this policy reads more than {MostSources} token sources.", "Name policies of fewer token sources.");
            }

            if (combination.TokenSources.Length > 1 && policy.SenderConstraint == SenderConstraint.Required)
            {
                report.Error(
                    $"{path}:{nameof(PolicyOptions.SenderConstraint)}",
                    "this policy reads several tokens, and it is not clear which of them must be bound.",
                    "Set it in the policies that it names.");
            }

            CheckIssuers(path, combination, report);
        }
    }

    /// <summary>One token has one issuer, so two policies that must both hold for it have to accept one in common.</summary>
    private static void CheckIssuers(string path, Combination combination, ConfigurationReport report)
    {
        var needed = Needed(combination).Distinct().ToArray();
        foreach (var (first, i) in needed.Select((policy, i) => (policy, i)))
        {
            if (needed.Skip(i + 1).FirstOrDefault(other => other.TokenSource == first.TokenSource && Excludes(first, other)) is { } second)
            {
                report.Error(
                    path,
                    $"no request can pass: \"{first.Name}\" and \"{second.Name}\" read the same token, from " +
                        $"{PolicyTokens.NameOf(first.TokenSource)}, and accept no issuer in common.",
                    "Give one of them a TokenSource of its own, or name both in AnyOf.");
                return;
            }
        }
    }

    private static bool Excludes(RoutePolicy one, RoutePolicy other) =>
        !one.Issuers.IsEmpty && !other.Issuers.IsEmpty && !one.Issuers.Intersect(other.Issuers, StringComparer.Ordinal).Any();

    /// <summary>The policies with rules that hold whenever the combination does.</summary>
    private static IEnumerable<RoutePolicy> Needed(Combination combination) => combination.IsAny && combination.Parts.Length > 1
        ? []
        : combination.Parts.SelectMany(part => part.Combination is { } inner ? Needed(inner) : [part]);
}
