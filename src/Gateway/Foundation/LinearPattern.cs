using System.Text.RegularExpressions;

namespace Gateway.Foundation;

/// <summary>A regular expression from the configuration that is matched against text from outside.</summary>
internal static class LinearPattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>
    /// Anchored at both ends. Linear in the length of the text by construction, and that is bounded by the token's; so it needs no match
    /// timeout, with which a busy machine would reject good tokens.
    /// </summary>
    /// <exception cref="ArgumentException">The pattern does not parse.</exception>
    /// <exception cref="NotSupportedException">It has look-around or back-references.</exception>
    public static Regex Compile(string pattern)
    {
        // Alone first: `a)|(b` would parse only inside our group, and step out of the anchors.
        _ = new Regex(pattern, Options);
        return new Regex($@"\A(?:{pattern})\z", Options, Regex.InfiniteMatchTimeout);
    }
}
