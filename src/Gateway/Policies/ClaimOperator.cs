using System.Collections;
using System.Collections.Immutable;
using Gateway.Settings;

namespace Gateway.Policies;

/// <summary>Makes the rule of an operator; reports a value that is not valid and returns null.</summary>
internal delegate ClaimRule? ClaimRuleFactory(ClaimPath claim, object value, string path, ConfigurationReport report);

/// <summary>A test that a rule may make on a claim: a property of <see cref="ClaimRuleOptions"/> and the rule that it becomes.</summary>
/// <param name="MayBeEmpty">Whether an empty text is a valid value.</param>
internal sealed record ClaimOperator(
    string Name, Func<ClaimRuleOptions, object?> ValueOf, ClaimRuleFactory Create, bool MayBeEmpty = false)
{
    /// <summary>Every operator, in the order in which messages list them.</summary>
    public static readonly ImmutableArray<ClaimOperator> All =
    [
        new(nameof(ClaimRuleOptions.AnyOf), rule => rule.AnyOf, (claim, values, _, _) => new AnyOfRule(claim, ListOf(values))),
        new(nameof(ClaimRuleOptions.AllOf), rule => rule.AllOf, (claim, values, _, _) => new AllOfRule(claim, ListOf(values))),
        new(nameof(ClaimRuleOptions.NoneOf), rule => rule.NoneOf, (claim, values, _, _) => new NoneOfRule(claim, ListOf(values))),
        new(
            nameof(ClaimRuleOptions.Equals), rule => rule.Equals, (claim, value, _, _) => new EqualsRule(claim, (string)value),
            MayBeEmpty: true),
        new(
            nameof(ClaimRuleOptions.EqualsRouteValue), rule => rule.EqualsRouteValue,
            (claim, parameter, _, _) => new RouteValueRule(claim, ((string)parameter).Trim('{', '}'))),
        new(
            nameof(ClaimRuleOptions.Matches), rule => rule.Matches,
            (claim, pattern, path, report) =>
                PatternCheck.Compile(path, (string)pattern, report) is { } compiled ? new MatchesRule(claim, compiled) : null,
            MayBeEmpty: true),
        new(nameof(ClaimRuleOptions.Exists), rule => rule.Exists, (claim, wanted, _, _) => new ExistsRule(claim, (bool)wanted)),
    ];

    /// <summary>Whether the value is empty, so that the rule would test nothing.</summary>
    public bool IsEmpty(object value) => !MayBeEmpty && value is "" or ICollection { Count: 0 };

    private static ImmutableArray<string> ListOf(object values) => [.. (List<string>)values];
}
