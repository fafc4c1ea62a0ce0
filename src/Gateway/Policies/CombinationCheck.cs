using System.Collections.Immutable;
using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>Checks the policies that are made of others, and puts them together.</summary>
/// <param name="options">All of <c>Gateway:Policies</c>.</param>
/// <param name="policies">The policies so far: the built-in ones and those with rules of their own. The others are added.</param>
internal sealed class CombinationCheck(
    Dictionary<string, PolicyOptions> options, Dictionary<string, RoutePolicy> policies, ConfigurationReport report)
{
    /// <summary>How many policies with rules of their own a decision may come to, each counted as often as it is named.</summary>
    private const int MostParts = 64;

    private readonly List<string> _open = [];

    public static bool Is(PolicyOptions policy) => policy.AnyOf is not null || policy.AllOf is not null;

    public void Run()
    {
        foreach (var (name, policy) in options)
        {
            if (Is(policy) && !policies.ContainsKey(name))
            {
                Add(name, policy);
            }
        }
    }

    private void Add(string name, PolicyOptions policy)
    {
        var path = PathOf(name);
        if (policy is { AnyOf: not null, AllOf: not null })
        {
            report.Error(path, "a policy has AnyOf or AllOf, not both.", "Write a policy for one of them, and name it in the other.");
        }

        if (policy is not { Issuers: null, Scopes: null, Claims: null, StepUp: null })
        {
            report.Error(
                path, "a policy of policies has no rules of its own.",
                "Move Issuers, Scopes, Claims and StepUp to a policy, and name that one in AllOf.");
        }

        if (policy is not { TokenSource: null, Identity: false })
        {
            report.Error(
                path, "a policy of policies reads no token of its own.", "Write TokenSource and Identity into the policies that it names.");
        }

        _open.Add(name);
        var isAny = policy.AnyOf is not null;
        var list = policy.AnyOf ?? policy.AllOf!;
        var parts = ImmutableArray.CreateBuilder<RoutePolicy>();
        for (var i = 0; i < list.Count; i++)
        {
            var item = $"{path}:{(isAny ? nameof(policy.AnyOf) : nameof(policy.AllOf))}:{i}";
            if (list.Take(i).Contains(list[i], StringComparer.OrdinalIgnoreCase))
            {
                report.Error(item, "this policy is listed twice.", "Remove one of them.");
            }
            else if (Find(list[i], item) is { } part)
            {
                parts.Add(part);
            }
        }

        _open.RemoveAt(_open.Count - 1);
        var combination = new Combination(isAny, parts.ToImmutable());
        if (combination.Leaves.Length > MostParts)
        {
            report.Error(
                path, $"a token would be compared with more than {MostParts} policies.",
                "Name fewer, or write several rules into one policy.");
            combination = new Combination(isAny, []);
        }

        policies[name] = PolicyCheck.WithoutRules(name, policy) with { Combination = combination };
    }

    private RoutePolicy? Find(string name, string item)
    {
        if (name.Equals(RoutePolicy.AnonymousName, StringComparison.OrdinalIgnoreCase))
        {
            report.Error(
                item, "this policy asks for no token, and a combination is about one.", "Remove it; name Anonymous on a route of its own.");
            return null;
        }

        if (_open.FindIndex(open => open.Equals(name, StringComparison.OrdinalIgnoreCase)) is var start and >= 0)
        {
            report.Error(
                item, $"this policy comes back to itself: {string.Join(" -> ", _open.Skip(start).Append(name))}.",
                "Remove one of these names.");
            return null;
        }

        var key = options.Keys.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (!policies.ContainsKey(name) && key is not null && Is(options[key]))
        {
            Add(key, options[key]);
        }

        if (policies.TryGetValue(name, out var found))
        {
            return found;
        }

        if (!report.IsInFile(PathOf(name)))
        {
            report.Error(
                item, "there is no such policy.", Suggestion.For(name, options.Keys.Append(RoutePolicy.AuthenticatedName).Except(_open)));
        }

        return null;
    }

    private static string PathOf(string name) => $"Gateway:Policies:{name}";
}
