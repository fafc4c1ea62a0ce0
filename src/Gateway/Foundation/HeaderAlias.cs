namespace Gateway.Foundation;

/// <summary>
/// Whether two header names are one name to some destination. CGI, WSGI, PHP and others fold case and turn separators into
/// <c>_</c>, so every character that is neither letter nor digit is the same separator here (RFC 9110 section 17.10).
/// </summary>
internal static class HeaderAlias
{
    public static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => one.Length == other.Length && StartsWith(one, other);

    public static bool StartsWith(ReadOnlySpan<char> name, ReadOnlySpan<char> prefix)
    {
        if (name.Length < prefix.Length)
        {
            return false;
        }

        for (var i = 0; i < prefix.Length; i++)
        {
            if (Fold(name[i]) != Fold(prefix[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Below 32, and one number for all names that are the same.</summary>
    public static int InitialOf(string name) => name.Length == 0 ? 0 : Fold(name[0]) & 31;

    private static char Fold(char c) => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_';
}
