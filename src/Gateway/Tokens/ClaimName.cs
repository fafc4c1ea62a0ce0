using System.Collections.Immutable;
using System.Text;

namespace Gateway.Tokens;

/// <summary>The name of a claim, and the same in the form in which the parser compares it.</summary>
internal readonly record struct ClaimName(string Text, byte[] Utf8)
{
    public static ImmutableArray<ClaimName> Of(params string[] names) => [.. names.Select(name => new ClaimName(name, Encoding.UTF8.GetBytes(name)))];
}
