using System.Text.RegularExpressions;

namespace Gateway.Foundation;

/// <summary>A regular expression from the configuration that is matched against text from outside.</summary>
internal static class LinearPattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>
    /// Anchored at both ends. Matching takes linear time (NonBacktracking), and the size limit of a token bounds the text. So no match
    /// timeout is needed; with one, a busy machine would reject good tokens.
    /// </summary>
    /// <exception cref="ArgumentException">The pattern does not parse.</exception>
    /// <exception cref="NotSupportedException">It has look-around or back-references.</exception>
    public static Regex Compile(string pattern)
    {
        // Parse the pattern alone first: `a)|(b` is valid only inside the added group, and would escape the anchors there.
        _ = new Regex(pattern, Options);
        return new Regex($@"\A(?:{pattern})\z", Options, Regex.InfiniteMatchTimeout);
    }

    /// <summary>Compiles the constraint of a route, which routing matches unanchored and without regard to case.</summary>
    /// <exception cref="ArgumentException">The pattern does not parse.</exception>
    /// <exception cref="NotSupportedException">It has look-around or back-references.</exception>
    public static Regex CompileForRoute(string pattern) => new(pattern, Options | RegexOptions.IgnoreCase, Regex.InfiniteMatchTimeout);
}
