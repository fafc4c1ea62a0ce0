using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>One test on one claim. A claim whose JSON type the test cannot read does not satisfy the test.</summary>
internal abstract class ClaimRule(ClaimPath path)
{
    /// <summary>True when a token without the claim fails the rule.</summary>
    public bool NeedsClaim => !IsSatisfiedBy([]);

    public string Path => path.Text;

    /// <summary>The required values, as configured.</summary>
    public abstract string Expectation { get; }

    public virtual bool IsSatisfiedBy(AccessToken token, in PolicyRequest request) => IsSatisfiedBy(ValuesIn(token));

    /// <summary>The values that the token has at the path.</summary>
    public List<JsonElement> ValuesIn(AccessToken token)
    {
        var values = new List<JsonElement>();
        path.Collect(token, values);
        values.RemoveAll(value => value.ValueKind == JsonValueKind.Null);
        return values;
    }

    protected abstract bool IsSatisfiedBy(List<JsonElement> values);

    /// <summary>Adds the strings, numbers and booleans of the values, with arrays flattened; false when there is another type.</summary>
    protected static bool TryFlatten(List<JsonElement> values, List<JsonElement> scalars)
    {
        foreach (var value in values)
        {
            if (value.ValueKind == JsonValueKind.Array)
            {
                if (!TryFlatten([.. value.EnumerateArray()], scalars))
                {
                    return false;
                }
            }
            else if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Null)
            {
                return false;
            }
            else
            {
                scalars.Add(value);
            }
        }

        return true;
    }

    protected static bool IsSame(JsonElement scalar, string wanted) => scalar.ValueKind switch
    {
        JsonValueKind.String => scalar.ValueEquals(wanted),
        // 3, 3.0, 3e0 and the text "3" in a rule are the same number.
        JsonValueKind.Number => decimal.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && scalar.TryGetDecimal(out var claimed)
            && claimed == number,
        JsonValueKind.True => wanted.Equals("true", StringComparison.OrdinalIgnoreCase),
        JsonValueKind.False => wanted.Equals("false", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>
    /// True when the claim, read as a list, holds the value. A list is an array, a space-separated string, or one value. Items of an array
    /// are not split: the group "shop admin" is not the group "admin".
    /// </summary>
    protected static bool Holds(List<JsonElement> values, List<JsonElement> scalars, string wanted)
    {
        foreach (var scalar in scalars)
        {
            if (IsSame(scalar, wanted))
            {
                return true;
            }
        }

        return values is [{ ValueKind: JsonValueKind.String } list] && list.GetString()!.Split(' ').Contains(wanted);
    }
}

internal sealed class AnyOfRule(ClaimPath path, ImmutableArray<string> wanted) : ClaimRule(path)
{
    public override string Expectation => $"any of {string.Join(", ", wanted)}";

    protected override bool IsSatisfiedBy(List<JsonElement> values)
    {
        var scalars = new List<JsonElement>();
        return TryFlatten(values, scalars) && wanted.Any(value => Holds(values, scalars, value));
    }
}

internal sealed class AllOfRule(ClaimPath path, ImmutableArray<string> wanted) : ClaimRule(path)
{
    public override string Expectation => $"all of {string.Join(", ", wanted)}";

    protected override bool IsSatisfiedBy(List<JsonElement> values)
    {
        var scalars = new List<JsonElement>();
        return TryFlatten(values, scalars) && wanted.All(value => Holds(values, scalars, value));
    }
}

internal sealed class NoneOfRule(ClaimPath path, ImmutableArray<string> unwanted) : ClaimRule(path)
{
    public override string Expectation => $"none of {string.Join(", ", unwanted)}";

    protected override bool IsSatisfiedBy(List<JsonElement> values)
    {
        var scalars = new List<JsonElement>();
        return TryFlatten(values, scalars) && !unwanted.Any(value => Holds(values, scalars, value));
    }
}

internal sealed class EqualsRule(ClaimPath path, string wanted) : ClaimRule(path)
{
    public override string Expectation => $"exactly {wanted}";

    protected override bool IsSatisfiedBy(List<JsonElement> values) => values is [var only] && IsSame(only, wanted);
}

internal sealed class MatchesRule(ClaimPath path, Regex pattern) : ClaimRule(path)
{
    // Without the anchors that LinearPattern.Compile adds.
    public override string Expectation => $"text that matches {pattern.ToString()[5..^3]}";

    protected override bool IsSatisfiedBy(List<JsonElement> values)
    {
        var scalars = new List<JsonElement>();
        return TryFlatten(values, scalars)
            && scalars.Any(scalar => scalar.ValueKind == JsonValueKind.String && pattern.IsMatch(scalar.GetString()!));
    }
}

internal sealed class ExistsRule(ClaimPath path, bool wanted) : ClaimRule(path)
{
    public override string Expectation => wanted ? "present" : "absent";

    protected override bool IsSatisfiedBy(List<JsonElement> values) => values.Count > 0 == wanted;
}
