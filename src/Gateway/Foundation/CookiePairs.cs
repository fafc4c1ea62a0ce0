using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;

namespace Gateway.Foundation;

/// <summary>
/// Splits Cookie headers into pairs (RFC 6265 section 4.2.1) without decoding or merging them. A name that occurs twice yields two pairs,
/// because a client could hide a second token behind the first.
/// </summary>
internal static class CookiePairs
{
    public static IEnumerable<(string Name, ReadOnlyMemory<char> Value)> Of(StringValues headers)
    {
        foreach (var header in headers)
        {
            foreach (var pair in (header ?? "").Split(';'))
            {
                if (NameOf(pair) is { } name)
                {
                    yield return (name, pair.AsMemory(pair.IndexOf('=') + 1).Trim().Trim('"'));
                }
            }
        }
    }

    /// <summary>The Cookie header without the pairs of these names, which is forwarded; empty when no pair is left.</summary>
    public static string Without(StringValues headers, ImmutableArray<string> names)
    {
        var kept = headers.SelectMany(header => (header ?? "").Split(';'))
            .Where(pair => NameOf(pair) is not { } name || !names.Contains(name))
            .Select(pair => pair.Trim())
            .Where(pair => pair.Length > 0);
        return string.Join("; ", kept);
    }

    private static string? NameOf(string pair) => pair.IndexOf('=') is >= 0 and var end ? pair[..end].Trim() : null;
}
