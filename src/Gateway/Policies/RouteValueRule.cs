using System.Buffers;
using System.Text.Json;
using Gateway.Tokens;

namespace Gateway.Policies;

/// <summary>
/// The claim is exactly the value of a parameter of the route's path, as it stands there after the percent-encoding is decoded. A value
/// that a destination could read as less or more than one segment satisfies no rule.
/// </summary>
internal sealed class RouteValueRule(ClaimPath path, string parameter) : ClaimRule(path)
{
    private static readonly SearchValues<char> Ambiguous = SearchValues.Create("/\\;%");

    public string Parameter => parameter;

    public override string Expectation => $"exactly the value of {{{parameter}}} in the path";

    public override bool IsSatisfiedBy(AccessToken token, in PolicyRequest request) =>
        request.RouteValues is { } values
        && values.TryGetValue(parameter, out var found) && found is string { Length: > 0 } value && !value.AsSpan().ContainsAny(Ambiguous)
        && ValuesIn(token) is [var only]
        && only.ValueKind switch
        {
            JsonValueKind.String => only.ValueEquals(value),
            // As the token spells it: 42.0 in a path is another text than 42.
            JsonValueKind.Number => only.GetRawText() == value,
            _ => false,
        };

    /// <summary>Without a request there is no value to compare with.</summary>
    protected override bool IsSatisfiedBy(List<JsonElement> values) => false;
}
