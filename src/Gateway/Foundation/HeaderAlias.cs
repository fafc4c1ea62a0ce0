namespace Gateway.Foundation;

/// <summary>
/// Compares header names as a CGI, WSGI or PHP destination does: they ignore case and turn separators into <c>_</c>, so a client could
/// send <c>x_user</c> to set <c>X-User</c>. Every character that is neither letter nor digit counts as the same separator (RFC 9110
/// section 17.10).
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

    /// <summary>A bucket from 0 to 31. Names that <see cref="IsSame"/> treats as equal have the same bucket.</summary>
    public static int InitialOf(string name) => name.Length == 0 ? 0 : Fold(name[0]) & 31;

    private static char Fold(char c) => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_';
}
