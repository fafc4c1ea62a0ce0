using System.Text.RegularExpressions;

namespace Gateway.Foundation;

/// <summary>A regular expression from the configuration that is matched against text from outside.</summary>
internal static class LinearPattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Anchored at both ends, linear in time by construction.</summary>
    /// <exception cref="ArgumentException">The pattern does not parse.</exception>
    /// <exception cref="NotSupportedException">It has look-around or back-references.</exception>
    public static Regex Compile(string pattern)
    {
        // Alone first: `a)|(b` would parse only inside our group, and step out of the anchors.
        _ = new Regex(pattern, Options);
        return new Regex($@"\A(?:{pattern})\z", Options, Timeout);
    }

    /// <summary>A pattern that is too large for its time on this text does not match it.</summary>
    public static bool IsMatch(Regex pattern, string text)
    {
        try
        {
            return pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
