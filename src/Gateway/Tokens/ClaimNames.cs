using System.Collections.Immutable;
using System.Text.Json;

namespace Gateway.Tokens;

/// <summary>Names of claims in the form in which the parser compares them.</summary>
internal static class ClaimNames
{
    public static ImmutableArray<JsonEncodedText> Of(params string[] names) => [.. names.Select(name => JsonEncodedText.Encode(name))];
}
